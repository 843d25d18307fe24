"""Workbooks (xlsx, xlsm, Strict OOXML, xls, xlsb, ods) through calamine.

Example:
    >>> from pipelines.ingest.read.workbook import read_workbook
    >>> grids = read_workbook(Path("海南市_派遣実施報告書.xlsx"))
    >>> grids[0].rows[0]
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.read.container import encrypted, truncated
from pipelines.ingest.read.grid import CellValue, Grid, Unvalued, column_letter
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.sheets import SheetFacts, check_workbook

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def read_workbook(path: Path) -> list[Grid]:
    """Read every sheet with its values at their physical places.

    Raises:
        Refused: encrypted, truncated, unsafe, or no workbook at all.
    """
    import python_calamine

    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK"
    facts = check_workbook(path) if is_zip else {}
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
            _grid(workbook, name, not visible.get(name, True), facts.get(name, SheetFacts()))
            for name in workbook.sheet_names
        ]
    if not grids:
        raise Refused(
            "no_sheet", "シートがありません。", "1枚以上のシート", "ファイルを開いて確かめてください。"
        )
    return grids


def _grid(workbook: CalamineWorkbook, name: str, is_hidden: bool, facts: SheetFacts) -> Grid:
    import python_calamine

    try:
        sheet = workbook.get_sheet_by_name(name)
    except python_calamine.CalamineError as error:
        if "not a worksheet" in str(error).lower():
            return Grid(sheet=name, rows=(), is_hidden=is_hidden)
        raise truncated() from error
    rows = tuple(tuple(_value(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False))
    rows = _with_unvalued(rows, facts.unvalued)
    return Grid(
        sheet=name, rows=rows, is_hidden=is_hidden, merged=_merged(sheet), unseen=_unseen(rows, facts)
    )


def _with_unvalued(
    rows: tuple[tuple[CellValue, ...], ...], unvalued: dict[tuple[int, int], str]
) -> tuple[tuple[CellValue, ...], ...]:
    """The rows with #REF! and uncalculated formulas where the reader saw empty cells."""
    if not unvalued:
        return rows
    filled = [list(row) for row in rows]
    for (row, column), text in unvalued.items():
        filled += [[] for _ in range(row - len(filled))]
        cells = filled[row - 1]
        cells += [None] * (column - len(cells))
        if cells[column - 1] is None:
            cells[column - 1] = Unvalued(text)
    return tuple(tuple(row) for row in filled)


def _unseen(rows: tuple[tuple[CellValue, ...], ...], facts: SheetFacts) -> tuple[str, ...]:
    """Addresses of hidden rows and columns that hold anything."""
    lines = [
        f"{n}:{n}"
        for n in sorted(facts.rows)
        if 0 < n <= len(rows) and any(c is not None for c in rows[n - 1])
    ]
    filled = (
        {n for row in rows for n, cell in enumerate(row, start=1) if cell is not None}
        if facts.columns
        else set()
    )
    return (*lines, *(f"{column_letter(n)}:{column_letter(n)}" for n in sorted(facts.columns & filled)))


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
