"""The national award file (調達ポータル 落札実績): CSV without headings, eight columns, sent in a ZIP.

Example:
    >>> from pipelines.ingest.read.award import is_award, with_heading
    >>> grid = read_delimited(Path("successful_bid.csv").read_bytes())
    >>> with_heading(grid).rows[0] if is_award(grid) else None
"""

from __future__ import annotations

import re

from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused

COLUMNS = 8
_METHOD = re.compile(r"80\d{5}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d+")
_CORPORATE = re.compile(r"\d{13}")
_ENOUGH_SIGNS = 3


def is_award(grid: Grid) -> bool:
    """Whether a CSV begins like the award file: most of its first row is what the award file has there."""
    first = [str(cell or "") for cell in next((row for row in grid.rows if any(row)), ())]
    if len(first) < COLUMNS - 1:
        return False
    signs = [
        _NUMBER.fullmatch(first[0]),
        _DAY.fullmatch(first[2]),
        _NUMBER.fullmatch(first[3]),
        next(filter(_METHOD.fullmatch, first[4:6]), None),
        _CORPORATE.fullmatch(first[-1]),
    ]
    return sum(1 for sign in signs if sign) >= _ENOUGH_SIGNS


def with_heading(grid: Grid) -> Grid:
    """The rows with the headings of the eight columns put above them.

    Public parsers disagree on columns 5 and 6, so the 入札方式 column is the one whose every value is
    one of its seven-digit codes.

    Raises:
        Refused: rows that do not have the eight columns, or fit neither order.
    """
    # A blank line at the end is no award.
    whole = [(grid.physical_row(index), row) for index, row in enumerate(grid.rows) if row]
    numbers, rows = tuple(n for n, _ in whole), tuple(row for _, row in whole)
    if any(len(row) != COLUMNS for row in rows):
        raise _unknown_shape(grid.sheet)
    is_method = [all(_METHOD.fullmatch(str(row[i] or "")) for row in rows) for i in (4, 5)]
    if is_method[0] == is_method[1]:
        raise _unknown_shape(grid.sheet)
    middle = ("入札方式コード", "府省コード") if is_method[0] else ("府省コード", "入札方式コード")
    heading = ("調達案件番号", "調達案件名称", "落札決定日", "落札価格", *middle, "商号又は名称", "法人番号")
    return Grid(sheet=grid.sheet, rows=(heading, *rows), row_numbers=(0, *numbers))


def _unknown_shape(name: str) -> Refused:
    return Refused(
        "unknown_award_columns",
        f"{name} の列が調達ポータルの落札実績と合いません。",
        "見出しのない8列(調達案件番号、調達案件名称、落札決定日、落札価格、府省コード、入札方式コード、商号又は名称、法人番号)",
        "調達ポータルから落札実績のZIPを取得し直してください。",
    )
