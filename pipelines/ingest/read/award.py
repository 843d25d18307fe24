"""The national award file (調達ポータル 落札実績): a ZIP of CSV without headings, eight columns.

Example:
    >>> from pipelines.ingest.read.award_zip import read_award_zip
    >>> grid = read_award_zip(Path("successful_bid.zip"))[0]
"""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.ingest.read.container import opened
from pipelines.ingest.read.delimited import read_delimited
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused

COLUMNS = 8
_METHOD = re.compile(r"^80\d{5}$")


def read_award_zip(path: Path) -> list[Grid]:
    """Read every CSV of the ZIP, with a heading row put above it.

    Public parsers disagree on columns 5 and 6, so the 入札方式 column is the one whose every value is
    one of its seven-digit codes.

    Raises:
        Refused: a broken ZIP, or rows that do not have the eight columns.
    """
    with opened(path) as archive:
        names = sorted(n for n in archive.namelist() if n.lower().endswith(".csv"))
        grids = [read_delimited(archive.read(n)) for n in names]
    return [_headed(grid, name) for grid, name in zip(grids, names, strict=True)]


def _headed(grid: Grid, name: str) -> Grid:
    # A blank line at the end is no award.
    whole = [(n, row) for n, row in zip(grid.row_numbers, grid.rows, strict=True) if row]
    numbers, rows = tuple(n for n, _ in whole), tuple(row for _, row in whole)
    if any(len(row) != COLUMNS for row in rows):
        raise _unknown_shape(name)
    is_method = [all(_METHOD.match(str(row[i] or "")) for row in rows) for i in (4, 5)]
    if rows and is_method[0] == is_method[1]:
        raise _unknown_shape(name)
    middle = ("入札方式コード", "府省コード") if is_method[0] else ("府省コード", "入札方式コード")
    heading = ("調達案件番号", "調達案件名称", "落札決定日", "落札価格", *middle, "商号又は名称", "法人番号")
    return Grid(sheet=name, rows=(heading, *rows), row_numbers=(0, *numbers))


def _unknown_shape(name: str) -> Refused:
    return Refused(
        "unknown_award_columns",
        f"{name} の列が調達ポータルの落札実績と合いません。",
        "見出しのない8列(調達案件番号、調達案件名称、落札決定日、落札価格、府省コード、入札方式コード、商号又は名称、法人番号)",
        "調達ポータルから落札実績のZIPを取得し直してください。",
    )
