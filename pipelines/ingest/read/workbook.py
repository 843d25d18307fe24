"""Workbooks (xlsx, xlsm, Strict OOXML, xls, xlsb, ods) through calamine.

Example:
    >>> from pipelines.ingest.read.workbook import read_workbook
    >>> grids = read_workbook(Path("海南市_派遣実施報告書.xlsx"))
    >>> grids[0].rows[0]
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.container import OLE, encrypted, opened, truncated
from pipelines.ingest.read.facts import SheetFacts
from pipelines.ingest.read.grid import CellValue, Grid, Unvalued, column_letter
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.sheets import xlsx_facts
from pipelines.ingest.read.sheets_ods import ods_facts
from pipelines.ingest.read.sheets_xls import xls_facts
from pipelines.ingest.read.sheets_xlsb import xlsb_facts

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Rows = tuple[tuple[CellValue, ...], ...]


def read_workbook(path: Path) -> list[Grid]:
    """Read every sheet with its values at their physical places.

    Raises:
        Refused: encrypted, truncated, unsafe, or no workbook at all.
    """
    import python_calamine

    facts, visible = check_workbook(path), python_calamine.SheetVisibleEnum.Visible
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            grids = [
                _grid(workbook, sheet.name, sheet.visible != visible, facts.get(sheet.name))
                # Charts and macros are sheets without cells, and opening some of them fails.
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
                else Grid(sheet=sheet.name, rows=(), is_hidden=sheet.visible != visible)
                for sheet in workbook.sheets_metadata
            ]
    except python_calamine.PasswordError as error:
        raise encrypted() from error
    except (python_calamine.CalamineError, OSError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise encrypted() from error
        raise truncated() from error
    except BaseException as error:
        # Its parser gives up on damaged bytes in a way that passes `except Exception`, and would end the worker.
        if type(error).__name__ != "PanicException":
            raise
        raise truncated() from error
    if not grids:
        raise Refused(
            "no_sheet", "シートがありません。", "1枚以上のシート", "ファイルを開いて確かめてください。"
        )
    return grids


def check_workbook(path: Path) -> dict[str, SheetFacts]:
    """Refuse a workbook that is not safe to open, and tell what a reader of values leaves out.

    Returns:
        The facts by sheet name; a sheet about which there is nothing to say may be missing.

    Raises:
        Refused: not safe, encrypted, broken, or a document of another kind.
    """
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            return xls_facts(path)
    with opened(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            return ods_facts(archive)
        if "xl/workbook.bin" in names:
            return xlsb_facts(archive)
        if other := next((kind for folder, kind in _OTHERS.items() if folder in names), ""):
            raise Refused(
                "not_a_table",
                f"表のファイルではありません(中身は{other})。",
                "Excel(.xlsx)またはCSV",
                "表をExcelの様式に転記して送ってください。",
            )
        return xlsx_facts(archive)


_OTHERS = {"word/document.xml": "Wordの文書", "ppt/presentation.xml": "PowerPointの資料"}


def _grid(workbook: CalamineWorkbook, name: str, is_hidden: bool, facts: SheetFacts | None) -> Grid:
    sheet = workbook.get_sheet_by_name(name)
    rows = _rows(sheet.to_python(skip_empty_area=False))
    merged = _merged(sheet)
    if facts is None:
        return Grid(sheet=name, rows=rows, is_hidden=is_hidden, merged=merged)
    rows = _with_unvalued(rows, facts.unvalued)
    return Grid(
        sheet=name,
        rows=rows,
        is_hidden=is_hidden,
        merged=tuple(facts.merged) or merged,
        unseen=(*_lines(rows, facts.hidden_rows), *_columns(rows, facts.columns)),
        filtered=_lines(rows, facts.filtered_rows),
        linked=tuple(f"{column_letter(column)}{row}" for row, column in facts.linked),
        linked_files=facts.files,
    )


def _rows(read: Iterable[Iterable[Any]]) -> Rows:
    """Cells as read; an empty text is nothing, a whole number an integer. Every cell of the night passes here."""
    rows = [
        tuple(
            [
                (cell or None)
                if cell.__class__ is str
                else _number(cell)
                if cell.__class__ is float
                else cell
                for cell in row
            ]
        )
        for row in read
    ]
    return tuple(rows)


def _number(cell: float) -> int | float:
    return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell


def _with_unvalued(rows: Rows, unvalued: dict[tuple[int, int], str]) -> Rows:
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


def _lines(rows: Rows, numbers: set[int]) -> tuple[str, ...]:
    """Addresses of those rows that hold anything."""
    return tuple(
        f"{n}:{n}"
        for n in sorted(numbers)
        if 0 < n <= len(rows) and any(cell is not None for cell in rows[n - 1])
    )


def _columns(rows: Rows, numbers: set[int]) -> tuple[str, ...]:
    """Addresses of those columns that hold anything."""
    if not numbers:
        return ()
    filled = {n for row in rows for n, cell in enumerate(row, start=1) if cell is not None}
    return tuple(f"{column_letter(n)}:{column_letter(n)}" for n in sorted(numbers & filled))


def _merged(sheet: CalamineSheet) -> tuple[tuple[int, int, int, int], ...]:
    ranges = sheet.merged_cell_ranges or ()
    return tuple((top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in ranges)
