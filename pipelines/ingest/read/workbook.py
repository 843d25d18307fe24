"""Workbooks (xlsx, xlsm, Strict OOXML, xls, xlsb, ods) through calamine.

Example:
    >>> from pipelines.ingest.read.workbook import read_workbook
    >>> grids = read_workbook(Path("海南市_派遣実施報告書.xlsx"))
    >>> grids[0].rows[0]
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.read.container import check_workbook, encrypted, kind_of, truncated
from pipelines.ingest.read.grid import CellValue, Grid
from pipelines.ingest.read.refusal import Refused

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def read_workbook(path: Path) -> list[Grid]:
    """Read every sheet with its values at their physical places.

    Raises:
        Refused: encrypted, truncated, unsafe, or no workbook at all.
    """
    import python_calamine

    if kind_of(path) == "workbook":
        check_workbook(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError as error:
        raise encrypted() from error
    except python_calamine.CalamineError as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise encrypted() from error
        raise truncated() from error
    with workbook:
        visible = {
            m.name: m.visible == python_calamine.SheetVisibleEnum.Visible for m in workbook.sheets_metadata
        }
        grids = [
            _grid(workbook, name, is_hidden=not visible.get(name, True)) for name in workbook.sheet_names
        ]
    if not grids:
        raise Refused(
            "no_sheet", "シートがありません。", "1枚以上のシート", "ファイルを開いて確かめてください。"
        )
    return grids


def _grid(workbook: CalamineWorkbook, name: str, *, is_hidden: bool) -> Grid:
    import python_calamine

    try:
        sheet = workbook.get_sheet_by_name(name)
    except python_calamine.CalamineError as error:
        if "not a worksheet" in str(error).lower():
            return Grid(sheet=name, rows=(), is_hidden=is_hidden)
        raise truncated() from error
    rows = tuple(tuple(_value(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False))
    return Grid(sheet=name, rows=rows, is_hidden=is_hidden, merged=_merged(sheet))


def _merged(sheet: CalamineSheet) -> tuple[tuple[int, int, int, int], ...]:
    try:
        ranges = sheet.merged_cell_ranges or []
    except (AttributeError, ValueError):
        return ()
    return tuple((top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in ranges)


def _value(cell: object) -> CellValue:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell  # type: ignore[return-value]
