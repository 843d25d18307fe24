"""Total rows are no data: they control the rows above them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipelines.ingest.conform.cell import ParsingContext, parse_cell
from pipelines.ingest.conform.cell_findings import typed_text
from pipelines.ingest.conform.header import Column, Header
from pipelines.ingest.findings import MASKED, WARNING, Finding, Place
from pipelines.ingest.japanese.numbers import SCALES
from pipelines.ingest.japanese.reading import Unreadable
from pipelines.ingest.read.grid import CellValue, Grid, column_letter


def check_totals(
    grid: Grid,
    header: Header,
    index: int,
    cells: Sequence[CellValue],
    rows: list[dict[str, Any]],
    place: Place,
    context: ParsingContext,
) -> list[Finding]:
    """Compare what a total row states with the sum of the rows that were read."""
    findings = []
    row_number = grid.physical_row(index)
    for column, value in zip(header.columns, cells, strict=True):
        if column.field.parser not in ("integer", "money", "decimal") or value is None:
            continue
        try:
            stated = parse_cell(value, column.field, column.unit, context).value
        except Unreadable:
            continue
        total = sum(
            (Decimal(r[column.field.name]) for r in rows if r[column.field.name] is not None), Decimal(0)
        )
        shown = MASKED if column.field.is_masked else _as_typed(total, column)
        if stated is not None and Decimal(stated) != total:
            findings.append(
                place.finding(
                    WARNING,
                    "total_differs",
                    f"計の行の「{column.field.label}」が、読み取った行の合計({shown})と合いません。",
                    cell=f"{column_letter(grid.first_column + column.index)}{row_number}",
                    row=row_number,
                    field=column.field.name,
                    field_label=column.field.label,
                    typed_text=typed_text(value, column.field),
                    expected="明細の合計と計の行が一致すること",
                    example=shown,
                    suggestion="保留になった行や、計算式の範囲を確かめてください。",
                )
            )
    return findings


def _as_typed(total: Decimal, column: Column) -> str:
    """The sum in the column's own unit: rows hold yen, a 千円 column says thousands."""
    if column.field.parser == "money":
        total /= Decimal(SCALES["円"][column.unit or "円"])
    return f"{total.normalize():f}"
