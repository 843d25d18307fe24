"""The sheet with the rows each KPI was computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.document import Cell, Evidence, Report
from pipelines.report.marks import WASH
from pipelines.report.workbook.cells import put, put_text, put_title, set_up_printing

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

EVIDENCE_SHEET = "証跡"
HEADING_ROW = 4
HEADINGS = ("番号", "名前", "値", "分子/分母", "役割", "ファイル", "シート", "セル", "項目", "記入")
# All of them are in the HTML file.
ROWS_OF_EACH = 200
_WIDTHS = (8, 32, 16, 24, 20, 62, 20, 10, 22, 24)


def write_evidence(sheet: Worksheet, report: Report) -> dict[str, int]:
    """Write the sheet; the row at which each KPI begins."""
    from openpyxl.utils import get_column_letter

    put_title(sheet, report, "証跡: KPIの値が計算された行")
    for index, heading in enumerate(HEADINGS, start=1):
        put(sheet, HEADING_ROW, index, Cell(heading), bold=True, fill=WASH)
    anchors: dict[str, int] = {}
    row = HEADING_ROW + 1
    for evidence in report.evidence:
        anchors[evidence.subject_id] = row
        row = _write_kpi(sheet, evidence, row)
    for index, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(HEADINGS))}{row - 1}"
    set_up_printing(sheet, report, heading_row=HEADING_ROW)
    return anchors


def _write_kpi(sheet: Worksheet, evidence: Evidence, row: int) -> int:
    rows = evidence.rows[:ROWS_OF_EACH]
    shown = f"(ここに最初の{len(rows)}行)" if evidence.row_count > len(rows) else ""
    head = (
        evidence.subject_id,
        evidence.name,
        evidence.value,
        evidence.numerator,
        evidence.value
        if evidence.is_suppressed
        else f"計{evidence.row_count:,}行、{evidence.file_count}ファイル{shown}",
        f"計算: {evidence.formula}",
    )
    for index, text in enumerate(head, start=1):
        put(sheet, row, index, Cell(text), bold=True, wrap=index != len(head))
    for item in rows:
        row += 1
        # Cells without a style of their own keep thousands of rows fast.
        texts = (
            evidence.subject_id,
            None,
            None,
            None,
            item.role,
            item.path,
            item.sheet,
            item.cell,
            item.field_label,
            item.text,
        )
        for index, value in enumerate(texts, start=1):
            if value:
                put_text(sheet.cell(row, index), value)
    return row + 1
