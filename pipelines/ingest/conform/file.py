"""One received file: read it, find its tables, conform their rows. The unit of work of a reading worker.

Example:
    >>> from pipelines.ingest.conform.file import conform_file
    >>> from pipelines.ingest.conform.outcome import FileJob
    >>> outcome = conform_file(FileJob("0" * 64, "visit_log", Path("報告書.xlsx"), "報告書.xlsx", key=sample_key()))
    >>> outcome.status, [f.message for f in outcome.findings]
"""

from __future__ import annotations

from typing import Any

from pipelines.ingest.conform.cell import ParsingContext
from pipelines.ingest.conform.chat import conform_chat
from pipelines.ingest.conform.header import Header, find_headers
from pipelines.ingest.conform.outcome import Binding, FileJob, FileOutcome, SheetCount, refuse, submission_key
from pipelines.ingest.conform.preamble import read_preamble
from pipelines.ingest.conform.row_key import with_row_keys
from pipelines.ingest.conform.side_sheets import SideSheet, side_sheet, written_in
from pipelines.ingest.conform.strangers import heading_findings, sheet_not_read, unknown_form, unseen_cells
from pipelines.ingest.conform.table import TableRows, conform_rows
from pipelines.ingest.contracts import Dataset, load_contracts
from pipelines.ingest.findings import Place
from pipelines.ingest.read.award_zip import read_award_zip
from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.delimited import read_delimited
from pipelines.ingest.read.grid import Grid, column_letter
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.workbook import read_workbook


def conform_file(job: FileJob) -> FileOutcome:
    """Read and conform one file. Never raises for what is in the file: that becomes findings."""
    outcome = FileOutcome(job.file_id, job.source)
    try:
        kind = kind_of(job.path)
        if job.source == "chat_activity":
            conform_chat(job, kind, outcome)
        else:
            _conform_grids(job, _without_side_sheets(job, _grids(job, kind), outcome), outcome)
    except Refused as refused:
        refuse(outcome, refused)
    return outcome


def _grids(job: FileJob, kind: str) -> list[Grid]:
    if kind == "award_zip":
        return read_award_zip(job.path)
    if kind in ("workbook", "ole"):
        return read_workbook(job.path)
    if kind == "text":
        return [read_delimited(job.path.read_bytes())]
    names = {
        "html": "Webページ(HTML)",
        "xml": "XML",
        "pdf": "PDF",
        "empty": "空のファイル",
        "slack": "チャットの書き出し",
        "zip": "ZIP",
    }
    raise Refused(
        "not_a_table",
        f"表のファイルではありません(中身は{names[kind]})。",
        "Excel(.xlsx)またはCSV",
        "Excelで開き「Excelブック(.xlsx)」で保存し直してください。",
    )


def _without_side_sheets(job: FileJob, grids: list[Grid], outcome: FileOutcome) -> list[Grid]:
    """The sheets that are not example, notes and code lists of our own blank forms."""
    kinds = {id(grid): side_sheet(grid) for grid in grids}
    for grid in grids:
        if kinds[id(grid)] is SideSheet.WRITTEN_IN:
            outcome.findings.append(written_in(Place(job.file_id, job.source, sheet=grid.sheet)))
    return [grid for grid in grids if kinds[id(grid)] is SideSheet.FOREIGN]


def _conform_grids(job: FileJob, grids: list[Grid], outcome: FileOutcome) -> None:
    datasets = [d for d in load_contracts()[job.source].datasets.values() if d.kind != "chat_export"]
    versions: list[str] = []
    strangers: list[Grid] = []
    for grid in grids:
        place = Place(job.file_id, job.source, sheet=grid.sheet)
        if grid.is_hidden:
            if not grid.is_empty:
                outcome.findings.append(sheet_not_read(place, "非表示のシートは読み取りません。"))
            continue
        headers = find_headers(grid, datasets)
        if not headers:
            strangers.append(grid)
            continue
        outcome.findings += unseen_cells(place, grid)
        start = 0
        for number, header in enumerate(headers):
            end = headers[number + 1].row_index if number + 1 < len(headers) else len(grid.rows)
            _conform_table(job, grid, header, start, end, outcome)
            versions.append(f"{header.dataset.rows}:{header.version}")
            start = header.row_index + header.height
    if not versions:
        raise unknown_form(job.source, strangers)
    for grid in strangers:
        if not grid.is_empty:
            place = Place(job.file_id, job.source, sheet=grid.sheet)
            outcome.findings.append(
                sheet_not_read(place, "様式の表が見つからないため、このシートは読み取りません。")
            )
    outcome.versions = " ".join(sorted(set(versions)))


def _conform_table(
    job: FileJob, grid: Grid, header: Header, start: int, end: int, outcome: FileOutcome
) -> None:
    dataset = header.dataset
    place = Place(job.file_id, job.source, dataset.name, grid.sheet)
    context = ParsingContext(job.key, job.aliases)
    preamble, cells, findings, is_lost = read_preamble(grid, header, start, place, context)
    place = Place(
        job.file_id, job.source, dataset.name, grid.sheet, str(preamble.get("municipality_code") or "")
    )
    context = ParsingContext(job.key, job.aliases, _fiscal_year_of(preamble))
    table = conform_rows(grid, header, end, preamble, place, context)
    findings += heading_findings(grid, header, place)
    if is_lost or header.missing_required:
        table = TableRows([], table.rows_in, table.rows_in, table.findings)
    outcome.findings += findings + with_row_keys(table.findings, grid, header, job.key)
    for row in table.rows:
        full = preamble | row
        full |= {"_file_id": job.file_id, "_sheet": grid.sheet}
        full["_submission_key"] = submission_key(dataset, full, job.file_id)
        outcome.submissions.add((dataset.name, full["_submission_key"]))
        outcome.rows.setdefault(dataset.name, []).append(full)
    if table.rows_in == 0 and not is_lost and _key_is_known(dataset, preamble):
        outcome.submissions.add((dataset.name, submission_key(dataset, preamble, job.file_id)))
    outcome.counts.append(
        SheetCount(dataset.name, grid.sheet, table.rows_in, len(table.rows), table.set_aside)
    )
    first = grid.physical_row(header.row_index + header.height - 1)
    for column in header.columns:
        letter = column_letter(grid.first_column + column.index)
        outcome.bindings.append(Binding(dataset.name, grid.sheet, column.field.name, letter, first, ""))
    for name, cell in cells.items():
        outcome.bindings.append(Binding(dataset.name, grid.sheet, name, "", first, cell))


def _fiscal_year_of(preamble: dict[str, Any]) -> int | None:
    if preamble.get("fiscal_year") is not None:
        return int(preamble["fiscal_year"])
    month = preamble.get("report_month")
    return None if month is None else month.year - (month.month < 4)


def _key_is_known(dataset: Dataset, values: dict[str, Any]) -> bool:
    special = {"form_file", "dataset"}
    return all(name in special or name in values for name in dataset.submission_key)
