"""A sheet as read: values at their physical places, nothing interpreted yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

CellValue = str | int | float | bool | date | datetime | time | timedelta | None

# Between the name of a file in a ZIP and the name of its sheet.
MEMBER_MARK = " › "


class Unvalued(str):
    """What stands in a cell whose formula has no value: #REF!, or a formula that nobody calculated."""

    __slots__ = ()


@lru_cache(maxsize=2_048)
def column_letter(column: int) -> str:
    """Excel's name of a 1-based column: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class Grid:
    """One sheet of one file.

    Attributes:
        sheet: name of the sheet; for delimited text the file's own name has no sheets, so "CSV".
        rows: cells, row by row; rows may differ in length.
        first_row: physical number (1-based) of the first row in `rows`.
        first_column: physical number (1-based) of the first column.
        is_hidden: the sheet is hidden or very hidden in the workbook.
        merged: merged ranges as (top, left, bottom, right), physical and 1-based.
        row_numbers: physical number of each row where they do not follow one another
            (a quoted newline in delimited text); empty when they do.
        unseen: addresses of hidden rows and columns that hold values, such as 5:5 and C:C.
        filtered: addresses of rows with values that a filter hides, such as 5:5.
        linked: addresses of cells whose formula reads another file; their saved values are read.
        linked_files: names of those files; of a format that does not tell the cells, the files alone.
    """

    sheet: str
    rows: tuple[tuple[CellValue, ...], ...]
    first_row: int = 1
    first_column: int = 1
    is_hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    row_numbers: tuple[int, ...] = field(default=())
    unseen: tuple[str, ...] = ()
    filtered: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    linked_files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(value not in (None, "") for row in self.rows for value in row)

    @property
    def unseen_rows(self) -> frozenset[int]:
        """Numbers of the hidden and filtered rows that hold values."""
        numbers = (line.partition(":")[0] for line in (*self.unseen, *self.filtered))
        return frozenset(int(number) for number in numbers if number.isdigit())

    def physical_row(self, index: int) -> int:
        """The row number a person sees for `rows[index]`."""
        return self.row_numbers[index] if self.row_numbers else self.first_row + index

    def address(self, index: int, column_index: int) -> str:
        """The cell's address as a person sees it, such as C12."""
        return f"{column_letter(self.first_column + column_index)}{self.physical_row(index)}"

    def cells(self, index: int) -> Iterator[tuple[int, CellValue]]:
        """Column index and value of every non-empty cell of a row."""
        for column_index, value in enumerate(self.rows[index]):
            if value is not None and value != "":
                yield column_index, value
