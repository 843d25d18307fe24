"""Label and value pairs above a table: 団体名、年度、報告対象月."""

from __future__ import annotations

from typing import Any

from pipelines.ingest.conform.cell import ParsingContext, example_of, parse_cell
from pipelines.ingest.conform.cell_findings import unreadable
from pipelines.ingest.conform.header import Header
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
    labels = {fold(f.header(header.version)): f.name for f in header.dataset.preamble}
    stated = _stated(grid, labels, start_index, header.row_index)
    for field in header.dataset.preamble:
        found = stated.get(field.name)
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


def _stated(grid: Grid, labels: dict[str, str], start: int, end: int) -> dict[str, tuple[CellValue, str]]:
    """Value and address by field: the first one that stands right of its label, or behind it in one cell."""
    found: dict[str, tuple[CellValue, str]] = {}
    for index in range(start, end):
        cells = [(c, v, fold(v) if isinstance(v, str) else "") for c, v in grid.cells(index)]
        for position, (column, _, text) in enumerate(cells):
            label, colon, rest = text.partition(":")
            name = labels.get(label)
            if name is None or name in found:
                continue
            if colon and rest:
                found[name] = rest, grid.address(index, column)
            elif position + 1 < len(cells):
                right, value, folded = cells[position + 1]
                # The next label: this field was left blank.
                if folded.rstrip(":") not in labels:
                    found[name] = value, grid.address(index, right)
    return found


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
