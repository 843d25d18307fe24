"""One chat export: posts land as who, where and when, or as counts; the texts stay behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.conform.chat.kinds import ChatFile, read_chat
from pipelines.ingest.conform.chat.left_out import remark_findings, set_aside_findings
from pipelines.ingest.conform.outcome import FileJob, FileOutcome, SheetCount, submission_key
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.findings import Place

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["conform_chat"]


def conform_chat(job: FileJob, kind: str, outcome: FileOutcome) -> None:
    """Land a chat export of any known kind.

    Raises:
        Refused: the file is none, or no mapping fits its columns.
    """
    found = read_chat(job, kind)
    dataset = load_contracts()["chat_activity"].datasets[f"chat_activity__{found.rows}"]
    place = Place(job.file_id, job.source, dataset.name)
    key = submission_key(dataset, {}, job.file_id)
    outcome.versions = f"{found.rows}:{found.tool}"
    outcome.submissions.add((dataset.name, key))
    outcome.tables[dataset.name] = _landed(found, job.file_id, key, dataset.arrow_schema)
    outcome.findings += set_aside_findings(place, found.export.set_aside)
    outcome.findings += remark_findings(place, found.export.remarks)
    outcome.findings += found.findings
    landed, aside = found.export.rows.num_rows, found.export.set_aside_count
    outcome.counts.append(SheetCount(dataset.name, "", landed + aside, landed, aside))


def _landed(found: ChatFile, file_id: str, key: str, schema: pa.Schema) -> pa.Table:
    """The rows in the contract's schema; what is the same for every row, or never there, is added here."""
    import pyarrow as pa

    rows = found.export.rows
    same = {"_file_id": file_id, "_submission_key": key}
    for field in schema:
        if field.name not in rows.schema.names:
            value = pa.scalar(same.get(field.name), field.type)
            rows = rows.append_column(field, pa.repeat(value, rows.num_rows))
    return rows.select(schema.names).cast(schema)
