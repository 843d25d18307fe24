"""What every sheet of an overview shares: its head, its lines, its links to the copies, how it prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.report.correction.wording import Row, member_and_sheet
from pipelines.report.document import Cell
from pipelines.report.marks import RED, SOFT, STRONG, WASH
from pipelines.report.workbook.cells import FONT, fit_height, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADING_ROW = 5


def write_head(
    sheet: Worksheet, title: str, lines: list[str], columns: Mapping[str, tuple[str, int]], *, is_sample: bool
) -> None:
    """Write title, two lines and the headings."""
    from openpyxl.utils import get_column_letter

    fictional = "【架空データ】" if is_sample else ""
    ink = RED if is_sample else STRONG
    put(sheet, 1, 1, Cell(f"{title}{fictional}"), bold=True, size=14, color=ink, wrap=False)
    fit_height(sheet, 1, [], size=14)
    put(sheet, 2, 1, Cell(lines[0]), bold=True, wrap=False)
    put(sheet, 3, 1, Cell(lines[1]), color=SOFT, wrap=False)
    for position, (label, width) in enumerate(columns.values(), start=1):
        align = "right" if label.endswith("(件)") else "left"
        put(sheet, HEADING_ROW, position, Cell(label), bold=True, fill=WASH, rule="heading", align=align)
        sheet.column_dimensions[get_column_letter(position)].width = width


def write_line(
    sheet: Worksheet, row: int, columns: Mapping[str, tuple[str, int]], values: Mapping[str, Any], fill: str
) -> None:
    """Write one row as high as its texts need; `fill` colours its first cell."""
    from openpyxl.styles import PatternFill

    texts = [str(values[name] or "") for name in columns]
    for position, (name, text) in enumerate(zip(columns, texts, strict=True), start=1):
        is_count = name in ("error", "warning") and text.isdigit()
        put(
            sheet,
            row,
            position,
            Cell(text, int(text) if is_count else None),
            rule="row",
            align="right" if is_count else "left",
        )
    if fill:
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=fill)
    fit_height(sheet, row, zip(texts, (width - 1 for _, width in columns.values()), strict=True))


def location_of(finding: Row) -> str:
    """Where in its copy a finding is marked, when that is a cell of a sheet of the same name."""
    member, sheet = member_and_sheet(finding)
    is_cell = re.fullmatch(r"[A-Z]{1,3}[1-9]\d*", str(finding["cell"] or ""))
    if not is_cell or not sheet or member or not re.fullmatch(r"[^\[\]:*?/\\']{1,28}", sheet):
        return ""
    return f"'{sheet}'!{finding['cell']}"


def open_copy(cell: Any, target: str, location: str = "") -> None:
    """Make a cell open another file of this folder, at a place in it."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    if not target:
        return
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate,
        target=target.replace(" ", "%20"),
        location=location or None,
        tooltip="写しを開く",
    )
    cell.font = Font(name=FONT, size=10, color="16508F", underline="single")


def finish(
    sheet: Worksheet, columns: Mapping[str, tuple[str, int]], last_row: int, *, is_sample: bool
) -> None:
    """Freeze, filter and set up for printing."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    if last_row > HEADING_ROW:
        sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(columns))}{last_row}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "架空データ" if is_sample else ""
    footer.right.text = "&P / &N"
