"""Label and value pairs above a table: 団体名、年度、報告対象月."""

from __future__ import annotations

from typing import Any

from pipelines.ingest.conform.cell import ParsingContext, example_of, parse_cell
from pipelines.ingest.conform.header import Header
from pipelines.ingest.conform.table import unreadable
from pipelines.ingest.contracts import Field
from pipelines.ingest.findings import ERROR, WARNING, Finding, Place
from pipelines.ingest.japanese.reading import Unreadable, fold
from pipelines.ingest.read.grid import CellValue, Grid


def read_preamble(
    grid: Grid, header: Header, start_index: int, place: Place, context: ParsingContext
) -> tuple[dict[str, Any], dict[str, str], list[Finding], bool]:
    """Read the preamble fields of a table.

    Returns:
        Values by field, cell addresses by field, findings, and whether a required one is lost.
    """
    values: dict[str, Any] = {}
    addresses: dict[str, str] = {}
    findings: list[Finding] = []
    is_lost = False
    for field in header.dataset.preamble:
        found = _find(grid, field, header, start_index)
        values[field.name] = None
        if found is None:
            if field.is_required:
                is_lost = True
                findings.append(_missing(place, field, header.version, grid.physical_row(header.row_index)))
            continue
        value, addresses[field.name] = found
        row_number = int("".join(c for c in addresses[field.name] if c.isdigit()))
        try:
            read = parse_cell(value, field, field.unit, context)
        except Unreadable as error:
            is_lost = is_lost or field.is_required
            findings.append(unreadable(place, field, error, value, addresses[field.name], row_number))
            continue
        values[field.name] = read.value
        if read.repair:
            findings.append(
                place.finding(
                    WARNING,
                    "value_was_read_differently",
                    read.repair,
                    cell=addresses[field.name],
                    row=row_number,
                    field=field.name,
                    field_label=field.label,
                    typed_text=str(value),
                    expected="読み替えが正しいことの確認",
                    example=example_of(field),
                )
            )
    return values, addresses, findings, is_lost


def _find(grid: Grid, field: Field, header: Header, start: int) -> tuple[CellValue, str] | None:
    label = fold(field.header(header.version))
    labels = {fold(f.header(header.version)) for f in header.dataset.preamble}
    for index in range(start, header.row_index):
        cells = list(grid.cells(index))
        for position, (column, value) in enumerate(cells):
            if not isinstance(value, str):
                continue
            text = fold(value)
            if text.rstrip(":") == label and position + 1 < len(cells):
                right, found = cells[position + 1]
                if isinstance(found, str) and fold(found).rstrip(":") in labels:
                    continue  # the next label: this one was left blank
                return found, grid.address(index, right)
            if text.startswith(label + ":") and len(text) > len(label) + 1:
                return text[len(label) + 1 :], grid.address(index, column)
    return None


def _missing(place: Place, field: Field, version: str, heading_row: int) -> Finding:
    label = field.header(version)
    return place.finding(
        ERROR,
        "missing_preamble",
        f"表の上に「{label}」の記入が見つかりません。この表の行は集計に入っていません。",
        cell=f"{heading_row}:{heading_row}",
        row=heading_row,
        field=field.name,
        field_label=field.label,
        expected=f"表の上の行に「{label}」と、その右のセルに値",
        example=f"{label} | {example_of(field)}",
        suggestion="様式の見出しの上にある欄を消さずに記入してください。",
    )
