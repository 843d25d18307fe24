"""What a reader of values does not tell about a sheet, whatever the format: hidden, filtered, without value, linked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from pipelines.ingest.read.grid import column_letter
from pipelines.ingest.read.refusal import Refused

MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
Range = tuple[int, int, int, int]
# What the binary formats store for an error is a number.
ERROR_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


@dataclass
class SheetFacts:
    """Facts about one sheet; rows and columns are numbered from 1.

    Attributes:
        rows: hidden rows.
        columns: hidden columns.
        filters: first and last row of each range that has a filter with a condition.
        filtered: hidden rows that the format itself calls filtered (ods).
        unvalued: by row and column the text of cells that show an error, or a formula never calculated.
        linked: cells whose formula reads another file.
        files: names of the other files, as far as the format tells.
        merged: merged ranges (top, left, bottom, right) of formats whose reader does not tell them.
    """

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    filters: list[tuple[int, int]] = field(default_factory=list)
    filtered: set[int] = field(default_factory=set)
    unvalued: dict[tuple[int, int], str] = field(default_factory=dict)
    linked: list[tuple[int, int]] = field(default_factory=list)
    files: tuple[str, ...] = ()
    merged: list[Range] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say about the sheet."""
        return not (self.rows or self.columns or self.unvalued or self.linked or self.filtered or self.merged)

    @property
    def filtered_rows(self) -> set[int]:
        """Rows that a filter hides."""
        return self.filtered | {n for n in self.rows if any(a <= n <= b for a, b in self.filters)}

    @property
    def hidden_rows(self) -> set[int]:
        """Rows that somebody hid."""
        return self.rows - self.filtered_rows

    def hide_columns(self, first: int, last: int) -> None:
        """Mark columns from first to last as hidden; a form has no columns beyond the limit."""
        self.columns.update(range(first, min(last, MAX_COLUMNS) + 1))


def check_extent(row: int, column: int) -> None:
    """Refuse a cell farther out than any form has one: a reader allocates the whole rectangle up to it.

    Raises:
        Refused: naming the cell to delete.
    """
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise Refused(
            "too_many_cells",
            f"セル{column_letter(column)}{row}まで使われています。",
            f"{MAX_ROWS:,}行、{MAX_COLUMNS:,}列まで",
            "表の外にある不要なセル(右下の端など)を行・列ごと削除し、保存し直してください。",
        )


def file_names(targets: Iterable[str]) -> tuple[str, ...]:
    """The last part of each path or address, each once: a finding names the file, not somebody's folders."""
    names = (re.split(r"[\\/]", unquote(target))[-1] for target in targets)
    return tuple(dict.fromkeys(name for name in names if name))
