"""What kind of row stands under a heading: data, a total, a note, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.grid import CellValue

SUBTOTAL = "小計"
TOTALS = {"計", "合計", SUBTOTAL, "総計", "総合計"}
_NOTE_IF_ALONE = "note if alone"
_NOTE = re.compile(r"※|\(?注|【注|備考:")
_NOTE_MARK = re.compile(r"※\d*|[(【]?注\d*[)】]?:?|備考:")


def row_kind(cells: Sequence[CellValue], row: Sequence[CellValue]) -> str:
    """Empty for a row of data; else blank, note, or which kind of total it states.

    Args:
        cells: the values under the table's headings.
        row: all cells of the row that belong to the table.
    """
    if all(value is None or (type(value) is str and not value.strip()) for value in cells):
        return "blank"
    first = next((value for value in row if value is not None), None)
    if not isinstance(first, str):
        return ""
    kind = _kind_by_text(first)
    if kind == _NOTE_IF_ALONE:
        return "note" if sum(1 for value in row if value is not None) == 1 else ""
    return kind


def is_note(value: CellValue) -> bool:
    """Whether a cell that stands alone is a note."""
    return isinstance(value, str) and _kind_by_text(value) in ("note", _NOTE_IF_ALONE)


@lru_cache(maxsize=4096)
def _kind_by_text(text: str) -> str:
    """A note fills one cell, or stands beside its mark; 注文管理システム in a row of data is no note."""
    folded = fold(text)
    if folded in TOTALS:
        return folded
    if _NOTE_MARK.fullmatch(folded):
        return "note"
    return _NOTE_IF_ALONE if _NOTE.match(folded) else ""
