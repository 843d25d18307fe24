"""The sheets that our blank forms carry beside the form itself: example, notes and code lists.

They hold no data and are left out without a word, but only as we wrote them: each carries a seal over
its own cells. A sheet in which somebody wrote is named, for what was written there is not read.

Example:
    >>> cells = [(1, 1, "記入例"), (4, 1, "V001")]
    >>> seal_text(cells)
    'このシートは集計されません(照合番号 ea76f3850ca9)'
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import Enum

from pipelines.ingest.findings import WARNING, Finding, Place
from pipelines.ingest.read.grid import CellValue, Grid

_SEAL = re.compile(r"このシートは集計されません\(照合番号 ([0-9a-f]{12})\)")
_ROWS_LOOKED_AT = 3


class SideSheet(Enum):
    """What a sheet is to a form: none of ours, ours as we wrote it, or ours with something written in."""

    FOREIGN = "foreign"
    UNTOUCHED = "untouched"
    WRITTEN_IN = "written in"


def seal_text(cells: Iterable[tuple[int, int, CellValue]]) -> str:
    """What to write into a side sheet so that it is known again.

    Args:
        cells: row and column (from 1) and value of every other cell of the sheet that holds something.
    """
    return f"このシートは集計されません(照合番号 {_digest(cells)})"


def side_sheet(grid: Grid) -> SideSheet:
    """Whether a sheet is one of ours, and whether it still is as we wrote it."""
    for index in range(min(_ROWS_LOOKED_AT, len(grid.rows))):
        for column, value in grid.cells(index):
            match = _SEAL.fullmatch(value) if isinstance(value, str) else None
            if match:
                seal = (grid.physical_row(index), grid.first_column + column)
                others = [cell for cell in _cells(grid) if cell[:2] != seal]
                return SideSheet.UNTOUCHED if _digest(others) == match[1] else SideSheet.WRITTEN_IN
    return SideSheet.FOREIGN


def written_in(place: Place) -> Finding:
    """The finding for a side sheet in which somebody wrote."""
    return place.finding(
        WARNING,
        "side_sheet_was_changed",
        f"付属のシート「{place.sheet}」に書き加えられています。このシートは読み取っていません。",
        expected="記入は様式のシートだけ",
        suggestion="集計に入れたい内容は、様式のシートに移してください。移すものがなければ、そのままで構いません。",
    )


def _cells(grid: Grid) -> Iterable[tuple[int, int, CellValue]]:
    for index in range(len(grid.rows)):
        for column, value in grid.cells(index):
            yield grid.physical_row(index), grid.first_column + column, value


def _digest(cells: Iterable[tuple[int, int, CellValue]]) -> str:
    text = "\x1f".join(
        f"{row}\x1e{column}\x1e{value}" for row, column, value in sorted(cells, key=lambda c: c[:2])
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]
