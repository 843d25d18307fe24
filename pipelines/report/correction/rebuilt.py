"""A workbook with the values of a file that openpyxl cannot open: same sheets, same addresses, no formats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.grid import CellValue, Grid, column_letter
from pipelines.report.spreadsheet_text import width_of
from pipelines.report.workbook.cells import FONT, put_text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# More would take minutes and gigabytes; the list alone then says where to look.
MAX_CELLS = 1_000_000
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_WIDEST, _NARROWEST = 40, 9
_ROWS_MEASURED = 200
_LONGEST_TEXT = 32_767


def rebuilt(grids: list[Grid]) -> tuple[Workbook, dict[str, str]]:
    """A workbook of the grids' values, and the name of each sheet in it."""
    from openpyxl import Workbook

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    names: dict[str, str] = {}
    for grid in grids:
        sheet = book.create_sheet(_title(grid.sheet, set(names.values())))
        names[grid.sheet] = sheet.title
        _fill(sheet, grid)
        if grid.is_hidden:
            sheet.sheet_state = "hidden"
    return book, names


def cell_count(grids: Iterable[Grid]) -> int:
    """How many cells the grids hold, empty ones between others included."""
    return sum(len(row) for grid in grids for row in grid.rows)


def _title(name: str, taken: set[str]) -> str:
    wanted = _FORBIDDEN.sub("_", name).strip("'")[:28] or "シート"
    title, number = wanted, 2
    while title.lower() in {t.lower() for t in taken}:
        title, number = f"{wanted[:25]}_{number}", number + 1
    return title


def _fill(sheet: Worksheet, grid: Grid) -> None:
    widths: dict[int, int] = {}
    for index, row in enumerate(grid.rows):
        number = grid.physical_row(index)
        # A heading that the file itself does not have stands in row 0.
        if number < 1:
            continue
        for position, value in enumerate(row):
            if value is None or value == "":
                continue
            column = grid.first_column + position
            write_value(sheet.cell(number, column), value)
            if index < _ROWS_MEASURED:
                widths[column] = max(widths.get(column, 0), width_of(str(value)[:200]) + 2)
    for column, width in widths.items():
        sheet.column_dimensions[column_letter(column)].width = min(max(width, _NARROWEST), _WIDEST)
    for top, left, bottom, right in grid.merged:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def write_value(cell: Any, value: CellValue) -> None:
    """Write a value as what it is; text stays text, whatever it begins with."""
    from openpyxl.styles import Font

    cell.font = Font(name=FONT, size=10)
    if isinstance(value, (bool, int, float, date, datetime, time, timedelta)):
        # Numbers that a workbook cannot hold (inf, 400 digits) and days before 1900 are shown as text.
        try:
            cell.value = value if abs(_size(value)) < 1e300 else str(value)
        except (ValueError, OverflowError):
            put_text(cell, str(value))
        return
    put_text(cell, str(value)[:_LONGEST_TEXT])


def _size(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
