"""A sheet that programs read too: one heading row, one row per record, nothing merged, filter and frozen heading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from pipelines.report.marks import STRONG
from pipelines.report.spreadsheet_text import width_of
from pipelines.report.workbook.cells import FONT, put_text

if TYPE_CHECKING:
    from openpyxl import Workbook

_NARROWEST, _WIDEST, _TALLEST = 8, 60, 400
# Excel keeps fifteen digits; a longer number stays whole as text.
_MOST_DIGITS = 15


def add_list_sheet(
    book: Workbook, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append a sheet with the rows.

    Numbers, days and truth stay what they are; text is text whatever it begins with; nothing is an empty cell.
    """
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet: Any = book.create_sheet(title)
    widths = [width_of(heading) + 4 for heading in headings]
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(1, column)
        put_text(cell, heading)
        cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=STRONG)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    looks: dict[tuple[str, bool], Any] = {}
    last = 1
    for last, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            if value is None:
                continue
            cell = sheet.cell(last, column)
            form = _write(cell, value)
            key = (form, bool(cell.quotePrefix))
            # Shared, as no cell changes afterwards: to make a style and look it up costs more than all the rest.
            if key not in looks:
                cell.number_format = form
                cell.font = Font(name=FONT, size=10)
                cell.alignment = Alignment(vertical="top", wrap_text=form == "@")
                looks[key] = cell._style
            cell._style = looks[key]
            widths[column - 1] = max(widths[column - 1], width_of(str(value)) + 2)
    widths = [min(max(width, _NARROWEST), _WIDEST) for width in widths]
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    for number in range(2, last + 1):
        lines = max(
            _lines(sheet.cell(number, column).value, width) for column, width in enumerate(widths, start=1)
        )
        if lines > 1:
            # Not left to the program that opens the file: not every one fits rows.
            sheet.row_dimensions[number].height = min(lines * 15.0 + 3, _TALLEST)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if headings:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{last}"


def _lines(value: Any, width: float) -> int:
    if not isinstance(value, str) or (len(value) * 2 < width and "\n" not in value):
        return 1
    return sum(max(1, ceil(width_of(line) / (width - 2))) for line in value.split("\n"))


def _write(cell: Any, value: Any) -> str:
    """Put a value into a cell; the number format it needs."""
    if isinstance(value, bool):
        cell.value = value
        return "General"
    if isinstance(value, int | Decimal) and len(str(value).lstrip("-").replace(".", "")) <= _MOST_DIGITS:
        cell.value = value
        return "#,##0" if isinstance(value, int) and abs(value) >= 10_000 else "General"
    if isinstance(value, float):
        cell.value = value
        return "General"
    if isinstance(value, dt.datetime):
        cell.value = value
        return "yyyy-mm-dd hh:mm"
    if isinstance(value, dt.date):
        cell.value = value
        return "yyyy-mm-dd"
    put_text(cell, "、".join(map(str, value)) if isinstance(value, list) else str(value))
    return "@"
