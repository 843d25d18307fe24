"""One received file: read it, find its tables, conform their rows. The unit of work of a reading worker.

Example:
    >>> from pipelines.ingest.conform.file import conform_file
    >>> from pipelines.ingest.conform.outcome import FileJob
    >>> outcome = conform_file(FileJob("0" * 64, "visit_log", Path("報告書.xlsx"), "報告書.xlsx", key=sample_key()))
    >>> outcome.status, [f.message for f in outcome.findings]
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipelines.ingest.conform.cell import parsing_context
from pipelines.ingest.conform.chat import conform_chat
from pipelines.ingest.conform.column import joined
from pipelines.ingest.conform.counts_file import read_counts
from pipelines.ingest.conform.header import Header, end_of, find_headers, start_of
from pipelines.ingest.conform.outcome import (
    Binding,
    FileJob,
    FileOutcome,
    SheetCount,
    refusal,
    refuse,
    submission_key,
)
from pipelines.ingest.conform.preamble import Preamble, read_preamble
from pipelines.ingest.conform.row_key import with_row_keys
from pipelines.ingest.conform.side_sheets import SideSheet, side_sheet, written_in
from pipelines.ingest.conform.strangers import (
    columns_without_heading,
    heading_findings,
    sheet_not_read,
    unknown_form,
)
from pipelines.ingest.conform.table import TableRows, conform_rows
from pipelines.ingest.conform.unseen import unseen_cells
from pipelines.ingest.contracts import Dataset, load_contracts
from pipelines.ingest.findings import Place, bounded
from pipelines.ingest.municipalities import Municipality, use_municipalities
from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.grid import Grid, column_letter
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import Tables, read_tables


def conform_file(job: FileJob) -> FileOutcome:
    """Read and conform one file. Never raises for what is in the file: that becomes findings."""
    outcome = FileOutcome(job.file_id, job.source)
    try:
        if job.is_counts:
            return read_counts(job)
        if job.source == "chat_activity":
            conform_chat(job, kind_of(job.path), outcome)
        else:
            _conform_tables(job, read_tables(job.path), outcome)
    except Refused as refused:
        refuse(outcome, refused)
    outcome.findings = bounded(outcome.findings)
    return outcome


def conform_file_by(register: tuple[Municipality, ...], job: FileJob) -> FileOutcome:
    """The same by a register of municipalities, in a process that does not know it yet."""
    use_municipalities(register)
    return conform_file(job)


def _without_side_sheets(job: FileJob, grids: list[Grid], outcome: FileOutcome) -> list[Grid]:
    """The sheets that are not example, notes and code lists of our own blank forms."""
    kinds = {id(grid): side_sheet(grid) for grid in grids}
    for grid in grids:
        if kinds[id(grid)] is SideSheet.WRITTEN_IN:
            outcome.findings.append(written_in(Place(job.file_id, job.source, sheet=grid.sheet)))
    return [grid for grid in grids if kinds[id(grid)] is SideSheet.FOREIGN]


def _conform_tables(job: FileJob, tables: Tables, outcome: FileOutcome) -> None:
    for name, refused in tables.refused:
        outcome.findings.append(refusal(Place(job.file_id, job.source, sheet=name), refused))
    datasets = [d for d in load_contracts()[job.source].datasets.values() if d.kind != "chat_export"]
    versions: list[str] = []
    strangers: list[Grid] = []
    for grid in _without_side_sheets(job, tables.grids, outcome):
        place = Place(job.file_id, job.source, sheet=grid.sheet)
        if grid.is_hidden:
            outcome.findings += sheet_not_read(place, grid, datasets)
            continue
        headers = find_headers(grid, datasets)
        if not headers:
            strangers.append(grid)
            continue
        outcome.findings += unseen_cells(place, grid)
        for header in headers:
            _conform_table(job, grid, header, headers, outcome)
            versions.append(f"{header.dataset.rows}:{header.version}")
    if not versions:
        raise unknown_form(job.source, strangers)
    for grid in strangers:
        outcome.findings += sheet_not_read(Place(job.file_id, job.source, sheet=grid.sheet), grid, datasets)
    outcome.versions = " ".join(sorted(set(versions)))


def _conform_table(
    job: FileJob, grid: Grid, header: Header, headers: list[Header], outcome: FileOutcome
) -> None:
    dataset = header.dataset
    place = Place(job.file_id, job.source, dataset.name, grid.sheet)
    above = read_preamble(
        grid, header, start_of(header, headers), place, parsing_context(job.key, job.aliases)
    )
    place = replace(place, municipality_code=str(above.values.get("municipality_code") or ""))
    context = parsing_context(job.key, job.aliases, _fiscal_year_of(above.values))
    end = end_of(header, headers, len(grid.rows))
    table = conform_rows(grid, header, end, above.values, place, context)
    if above.is_lost or header.missing_required:
        table = TableRows([], table.rows_in, table.rows_in, table.findings)
    outcome.findings += above.findings + heading_findings(grid, header, place)
    outcome.findings += columns_without_heading(grid, header, end, place)
    outcome.findings += with_row_keys(table.findings, grid, header, job.key)
    _land(job, grid, dataset, above, table, outcome)
    outcome.counts.append(
        SheetCount(dataset.name, grid.sheet, table.rows_in, len(table.rows), table.set_aside)
    )
    first = grid.physical_row(header.row_index + header.height - 1)
    for column in header.columns:
        letter = column_letter(grid.first_column + column.index)
        outcome.bindings.append(Binding(dataset.name, grid.sheet, column.field.name, letter, first, ""))
    for name, cell in above.cells.items():
        outcome.bindings.append(Binding(dataset.name, grid.sheet, name, "", first, cell))


def _land(
    job: FileJob, grid: Grid, dataset: Dataset, above: Preamble, table: TableRows, outcome: FileOutcome
) -> None:
    """Complete each row with what stands above the table, its address and its submission."""
    beside = above.values | {"_file_id": job.file_id, "_sheet": grid.sheet}
    # Most keys are told by what stands above the table; then all of its rows have the same one.
    common = submission_key(dataset, beside, job.file_id) if _key_is_known(dataset, above.values) else None
    for row in table.rows:
        row.update(beside)
        row["_typed"] = joined(above.typed, row["_typed"])
        row["_missing"] = joined(above.symbols, row["_missing"])
        row["_submission_key"] = common or submission_key(dataset, row, job.file_id)
        outcome.submissions.add((dataset.name, row["_submission_key"]))
    if table.rows:
        outcome.rows.setdefault(dataset.name, []).extend(table.rows)
    if not table.rows and not above.is_lost and _key_is_known(dataset, above.values):
        key = (dataset.name, submission_key(dataset, above.values, job.file_id))
        (outcome.held if table.rows_in else outcome.submissions).add(key)


def _fiscal_year_of(preamble: dict[str, Any]) -> int | None:
    if preamble.get("fiscal_year") is not None:
        return int(preamble["fiscal_year"])
    month = preamble.get("report_month")
    return None if month is None else month.year - (month.month < 4)


def _key_is_known(dataset: Dataset, values: dict[str, Any]) -> bool:
    special = {"form_file", "dataset"}
    return all(name in special or name in values for name in dataset.submission_key)
