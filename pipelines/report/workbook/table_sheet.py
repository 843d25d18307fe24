"""A sheet with one table, its note, and its chart beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.report.document import Cell, Column, Figure, Report, Section, Table
from pipelines.report.marks import SOFT, WASH
from pipelines.report.spreadsheet_text import width_of
from pipelines.report.workbook.cells import fit_height, link, put, put_title, set_up_printing
from pipelines.report.workbook.chart import add_chart
from pipelines.report.workbook.evidence import EVIDENCE_SHEET

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADING_ROW = 4
_MIN_WIDTH, _MAX_WIDTH = 9, 44
_GROUP = Column("区分")


def write_table_sheet(
    sheet: Worksheet, report: Report, section: Section, block: Table | Figure, anchors: dict[str, int]
) -> None:
    """Write the sheet; KPI numbers lead to the evidence."""
    from openpyxl.utils import get_column_letter

    table = block.table if isinstance(block, Figure) else block
    put_title(sheet, report, f"{section.title} ― {block.title}")
    if not table.rows:
        put(sheet, HEADING_ROW, 1, Cell(table.empty_reason), wrap=False)
        set_up_printing(sheet, report)
        return
    last = _write_rows(sheet, table, anchors)
    note = block.note or table.note
    if note:
        put(sheet, last + 2, 1, Cell(note), size=9, color=SOFT, wrap=False)
    if isinstance(block, Figure) and block.chart:
        column = get_column_letter(len(table.columns) + 2)
        add_chart(sheet, block, block.chart, f"{column}{HEADING_ROW}", (HEADING_ROW, last))
    set_up_printing(sheet, report, heading_row=HEADING_ROW)


def _write_rows(sheet: Worksheet, table: Table, anchors: dict[str, int]) -> int:
    """Heading and rows; the number of the last row."""
    from openpyxl.utils import get_column_letter

    columns = ((_GROUP,) if table.groups else ()) + table.columns
    widths = [float(_MIN_WIDTH)] * len(columns)
    for index, column in enumerate(columns):
        look = {"bold": True, "align": column.align, "fill": WASH, "rule": "heading"}
        put(sheet, HEADING_ROW, index + 1, Cell(column.label), **look)
        widths[index] = max(widths[index], min(_MAX_WIDTH, width_of(column.label) + 4))
    shown = [
        ((Cell(table.groups[number].split("(")[0]),) if table.groups else ()) + cells
        for number, cells in enumerate(table.rows)
    ]
    for cells in shown:
        widths = [
            max(width, min(_MAX_WIDTH, width_of(cell.text) + 3))
            for width, cell in zip(widths, cells, strict=True)
        ]
    for row, cells in enumerate(shown, start=HEADING_ROW + 1):
        for index, (cell, column) in enumerate(zip(cells, columns, strict=True), start=1):
            put(sheet, row, index, cell, align=column.align, rule="row")
        fit_height(sheet, row, [(c.text, w - 2) for c, w in zip(cells, widths, strict=True)])
        if table.kpi_ids:
            kpi_id = table.kpi_ids[row - HEADING_ROW - 1]
            _link_to_evidence(sheet.cell(row, 2 if table.groups else 1), anchors.get(kpi_id))
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    last = HEADING_ROW + len(table.rows)
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(columns))}{last}"
    return last


def _link_to_evidence(cell: Any, anchor: int | None) -> None:
    if anchor:
        link(cell, EVIDENCE_SHEET, anchor, "証跡へ")
