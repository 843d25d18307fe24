"""The workbook to be marked: the one received where openpyxl can open it, else one rebuilt from its values."""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused
from pipelines.report.correction.images import keep_images, leave_images_alone
from pipelines.report.correction.marks import unmark
from pipelines.report.correction.rebuilt import MAX_CELLS, cell_count, rebuilt, write_value
from pipelines.report.correction.wording import LIST_SHEET, Row, member_and_sheet

if TYPE_CHECKING:
    from openpyxl import Workbook

_REBUILT = "書式・数式・グラフのない写しです({kind}は、値だけを同じ場所に写しました)。"
_UNLINKED = "ほかのファイルやプログラムを呼び出す数式{count}個は、保存されていた値に置き換えました。"
# Other workbooks ([1]Sheet1!A1), DDE (cmd|'…'!A0) and functions that call out.
_CALLS_OUT = re.compile(
    r"\[[^\]]+\][^\[\]]*!|\|'?[^|]*!|\b(?:WEBSERVICE|RTD|CALL|REGISTER(?:\.ID)?|DDE)\s*\(", re.I
)
_KINDS = {"ole": "古い形式(.xls)", "text": "CSV・テキスト", "workbook": "この形式のブック"}


@dataclass
class Opened:
    """A workbook in hand.

    Attributes:
        names: name in the workbook of each sheet by its name in the findings.
        is_original: whether it is the file itself and not a rebuilt one.
        notes: what its reader should know.
        warnings: what openpyxl said.
    """

    book: Workbook
    names: dict[str, str]
    is_original: bool
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def sheet_of(self, finding: Row) -> str:
        """The sheet that a finding is about, or '' when it is about the whole file."""
        member, sheet = member_and_sheet(finding)
        if not sheet and not member:
            return ""
        if len(self.names) == 1 and not self.is_original:
            return next(iter(self.names.values()))
        return self.names.get(sheet, "")


def open_book(path: Path, grids: list[Grid]) -> Opened:
    """Open the workbook that is to be marked.

    Args:
        path: a file that the readers found safe.
        grids: its sheets as the readers gave them.

    Raises:
        Refused: too large to be copied.
    """
    if cell_count(grids) > MAX_CELLS:
        raise Refused("too_large_to_copy", f"表が大きすぎます(上限{MAX_CELLS:,}セル)。", "", "")
    return _original(path, grids) or rebuilt_book(path, grids)


def rebuilt_book(path: Path, grids: list[Grid]) -> Opened:
    """A workbook of the values alone."""
    book, names = rebuilt(grids)
    return Opened(book, names, False, [_REBUILT.format(kind=_KINDS.get(kind_of(path), "このファイル"))])


def _original(path: Path, grids: list[Grid]) -> Opened | None:
    """The workbook through openpyxl; None when it cannot open it, or sees other sheets than our readers."""
    from openpyxl.reader.excel import ExcelReader

    if not _is_ooxml(path):
        return None
    try:
        # As a stream: openpyxl would refuse a name that does not end in .xlsx, and archived files have none.
        with warnings.catch_warnings(record=True) as caught, path.open("rb") as stream:
            warnings.simplefilter("always")
            leave_images_alone()
            reader = ExcelReader(stream, keep_links=False, rich_text=True)
            reader.read()
            with zipfile.ZipFile(stream) as archive:
                keep_images(reader, archive)
            book = reader.wb
    except MemoryError:
        raise
    except Exception:  # whatever openpyxl stumbles over, the values can still be shown
        return None
    sheets = {sheet.title for sheet in book.worksheets}
    if not sheets or not {g.sheet for g in grids if g.rows} <= sheets:
        return None
    notes = _without_calls(book, {grid.sheet: grid for grid in grids})
    _forget_earlier_copy(book)
    # The copy is a plain workbook, whatever it was made from.
    book.template = False
    names = {sheet.title: sheet.title for sheet in book.worksheets}
    return Opened(book, names, True, notes, [str(warning.message) for warning in caught])


def _is_ooxml(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _without_calls(book: Workbook, grids: dict[str, Grid]) -> list[str]:
    """Put saved values in the place of formulas that reach outside the workbook."""
    count = 0
    for sheet in book.worksheets:
        for (row, column), cell in list(sheet._cells.items()):
            formula = _formula(cell)
            if formula and _CALLS_OUT.search(formula):
                count += 1
                cell.value = None
                write_value(cell, _value(grids.get(sheet.title), row, column))
    for names in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
        for name in [n for n, d in names.items() if _CALLS_OUT.search(str(d.attr_text or ""))]:
            del names[name]
    return [_UNLINKED.format(count=count)] if count else []


def _formula(cell: Any) -> str:
    if cell.data_type != "f":
        return ""
    return str(getattr(cell.value, "text", cell.value) or "")


def _value(grid: Grid | None, row: int, column: int) -> Any:
    if grid is None:
        return ""
    index, position = row - grid.first_row, column - grid.first_column
    if 0 <= index < len(grid.rows) and 0 <= position < len(grid.rows[index]):
        value = grid.rows[index][position]
        return "" if value is None else value
    return ""


def _forget_earlier_copy(book: Workbook) -> None:
    """A copy of ours that was corrected and sent back loses our list and our marks first."""
    if LIST_SHEET in book.sheetnames:
        title = str(book[LIST_SHEET]["A1"].value or "")
        if title.startswith(LIST_SHEET) and len(book.sheetnames) > 1:
            del book[LIST_SHEET]
            for sheet in book.worksheets:
                unmark(sheet)
        else:
            book[LIST_SHEET].title = f"{LIST_SHEET}(元)"
