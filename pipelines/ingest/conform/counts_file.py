"""The file of counts that takes the place of an original when its retention ends: what landed of it, and nothing else.

A ZIP of plain parts, to be read in ten years without this program:

- `attestation.json`: which original it stands for, who replaced it, when and why, the program and key that read it,
  and the SHA-256 of the other parts;
- `<dataset>.csv`: the landed rows (UTF-8; quoted texts, so that an empty text and no value differ);
- `reading.json`: what else the reader said of the original: rows in, landed and set aside, and findings.

Read under the key of its pseudonyms it gives exactly what the original gave. Under a later key, whose pseudonyms
nobody can join with these, the affiliations kept beside each post (`kept_…`) speak instead of the register.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.conform.outcome import Binding, FileJob, FileOutcome, SheetCount
from pipelines.ingest.contracts import Dataset, all_datasets
from pipelines.ingest.findings import INFO, Finding, Place
from pipelines.ingest.read.refusal import Refused

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
ATTESTATION, READING = "attestation.json", "reading.json"
# What the register said of a post's author when the original went; by field, the column it comes from.
KEPT = {
    "kept_affiliation_kind": "affiliation_kind",
    "kept_municipality_code": "municipality_code",
    "kept_section_kind": "section_kind",
}
OLD_PSEUDONYMS, LATER_FIELDS = "pseudonyms_of_an_earlier_key", "fields_of_a_later_contract"
# One file has one name for its time: the same rows give the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_counts(path: Path, outcome: FileOutcome, attested: dict[str, Any]) -> None:
    """Write the file of counts.

    Args:
        path: where; it is replaced.
        outcome: what the original gave.
        attested: what the attestation says besides the format and the hashes.
    """
    parts = {f"{name}.csv": _csv(table) for name, table in tables_of(outcome).items()}
    parts[READING] = _json(_reading(outcome))
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}
    body = {"format": FORMAT, **attested, "sha256": sums}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {ATTESTATION: _json(body), **parts}.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)


def attestation_of(path: Path) -> dict[str, Any]:
    """What a file of counts says it stands for.

    Raises:
        Refused: it is none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            body: dict[str, Any] = json.loads(archive.read(ATTESTATION))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise _unreadable(path) from None
    if body.get("format") != FORMAT:
        raise _unreadable(path)
    return body


def read_counts(job: FileJob) -> FileOutcome:
    """What the original gave, from the file that has taken its place.

    Raises:
        Refused: the file is none, stands for a file of another source, or was written for a contract that has lost a
            dataset since.
    """
    import pyarrow as pa

    attested = attestation_of(job.path)
    if attested["source"] != job.source:
        raise Refused(
            "original_is_gone",
            f"同じファイルが別の種類({attested['source']})で受領され、原本の保存期間が終わったため、この種類としては読めません。",
            "1つのファイルは1つの種類のフォルダに",
            "この種類の資料なら、送り主に改めて送ってもらってください。",
        )
    try:
        with zipfile.ZipFile(job.path) as archive:
            said = json.loads(archive.read(READING))
            names = [name.removesuffix(".csv") for name in archive.namelist() if name.endswith(".csv")]
            data = {name: archive.read(f"{name}.csv") for name in names}
        outcome = _outcome(job, said)
        for name, content in data.items():
            dataset = all_datasets()[name]
            outcome.tables[name], absent = _table(content, dataset)
            if absent:
                outcome.findings.append(_later_fields(job, dataset, absent, attested))
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, pa.ArrowException):
        raise _unreadable(job.path) from None
    is_of_this_key = attested["key_id"] == job.key.key_id
    for name, table in outcome.tables.items():
        if is_of_this_key:
            outcome.tables[name] = without_kept(table)
    if not is_of_this_key and any(table.num_rows for table in outcome.tables.values()):
        outcome.findings.append(_old_pseudonyms(job, attested))
    return outcome


def tables_of(outcome: FileOutcome) -> dict[str, pa.Table]:
    """The rows of every dataset in the contract's schema, in the order of the datasets' names."""
    import pyarrow as pa

    found = dict(outcome.tables)
    for name, rows in outcome.rows.items():
        found[name] = pa.Table.from_pylist(rows, schema=all_datasets()[name].arrow_schema)
    return dict(sorted(found.items()))


def without_kept(table: pa.Table) -> pa.Table:
    """The rows without the affiliations kept beside them, which an original never has."""
    import pyarrow as pa

    for name in KEPT:
        if (index := table.schema.get_field_index(name)) >= 0:
            table = table.set_column(index, name, pa.nulls(table.num_rows, table.schema.field(index).type))
    return table


def _csv(table: pa.Table) -> bytes:
    from pyarrow import csv

    sink = io.BytesIO()
    csv.write_csv(table, sink)
    return sink.getvalue()


def _table(content: bytes, dataset: Dataset) -> tuple[pa.Table, list[str]]:
    """The rows under today's contract, and the labels of fields that did not exist when they were written."""
    from pyarrow import csv

    schema = dataset.arrow_schema
    header = content.split(b"\n", 1)[0].decode().replace('"', "").split(",")
    options = csv.ConvertOptions(
        column_types=schema,
        include_columns=schema.names,
        include_missing_columns=True,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = csv.ParseOptions(newlines_in_values=True)
    table = csv.read_csv(io.BytesIO(content), parse_options=parse, convert_options=options)
    return table.cast(schema), [field.label for field in dataset.fields if field.name not in header]


def _reading(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "versions": outcome.versions,
        "submissions": sorted(outcome.submissions),
        "held": sorted(outcome.held),
        "counts": [asdict(count) for count in outcome.counts],
        "bindings": [asdict(binding) for binding in outcome.bindings],
        "findings": [asdict(finding) for finding in outcome.findings],
    }


def _outcome(job: FileJob, said: dict[str, Any]) -> FileOutcome:
    return FileOutcome(
        job.file_id,
        job.source,
        status=said["status"],
        versions=said["versions"],
        submissions={(dataset, key) for dataset, key in said["submissions"]},
        held={(dataset, key) for dataset, key in said["held"]},
        counts=[SheetCount(**count) for count in said["counts"]],
        bindings=[Binding(**binding) for binding in said["bindings"]],
        findings=[Finding(**finding) for finding in said["findings"]],
    )


def _old_pseudonyms(job: FileJob, attested: dict[str, Any]) -> Finding:
    return Place(job.file_id, job.source).finding(
        INFO,
        OLD_PSEUDONYMS,
        f"原本の保存期間が終わり、{attested['replaced_at'][:10]}から件数だけが残っています。仮名は以前の鍵({attested['key_id']})の"
        "もので、今の鍵の仮名と同じ人かどうかは分かりません。所属は、原本を置き換えたときの名簿によります。",
        expected="今の鍵の仮名",
        suggestion="鍵の交換をまたぐ月の人数は、同じ人を二人と数えているおそれがあります。付録の注記を確かめてください。",
    )


def _later_fields(job: FileJob, dataset: Dataset, absent: list[str], attested: dict[str, Any]) -> Finding:
    return Place(job.file_id, job.source, dataset.name).finding(
        INFO,
        LATER_FIELDS,
        f"原本を件数に置き換えたとき(契約 {attested['contract_version']})にはなかった項目のため、空です: {'、'.join(absent)}。",
        expected="原本のあるファイルでは、読み直しで入ります",
        suggestion="原本はもうないため、読み直せません。この項目による数字には、このファイルの行は入りません。",
    )


def _json(body: dict[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _unreadable(path: Path) -> Refused:
    return Refused(
        "unreadable_counts",
        f"原本に代わる件数のファイル({path.name})を読めません。",
        "kyoso retention が書いたZIP(attestation.json のあるもの)",
        "kyoso doctor で確かめ、控え(バックアップ)から戻してください。",
    )
