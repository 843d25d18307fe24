"""Widths of a printed table's columns, in which no number and no code runs into its neighbour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.report.document import Block, Report, Section, Table

# A4 less its margins, and half of that less the gutter; house.typ.
_ROOM = {"full": 493.0, "half": 240.0}
_SIZE, _INSET = 8.0, 4.4
# A short text is read at a glance, on one line.
_SHORT = 5.0
_BOLD = 1.06
# Widths of Noto Sans CJK JP in ems. A run of these is never parted; kana and kanji are, anywhere.
_RUN = re.compile(r"[!-~−▲＋±]+")
_NARROW, _WIDE = 0.28, 1.0
_EMS = {
    **dict.fromkeys(",.:;'|!il", _NARROW),
    **dict.fromkeys("−▲＋±", _WIDE),
    **dict.fromkeys("-/()", 0.4),
    **dict.fromkeys("%WM", 0.92),
}
_DIGIT, _CAPITAL, _LETTER = 0.556, 0.68, 0.57


def with_room(report: Report) -> Report:
    """The same report; a column that a number or a code would leave takes what it needs from the others."""
    return replace(report, sections=tuple(_section(section) for section in report.sections))


def _section(section: Section) -> Section:
    return replace(section, blocks=tuple(_block(block) for block in section.blocks))


def _block(block: Block) -> Block:
    return fitted(block) if isinstance(block, Table) else block


def fitted(table: Table) -> Table:
    """A table whose every column is as wide as its widest number or code, if there is room for all of them."""
    room = _ROOM[table.width]
    needs = next((n for n in (needs_of(table), needs_of(table, 0.0)) if sum(n) < room), None)
    widths = [column.width for column in table.columns]
    if not widths or needs is None or _fits(widths, needs, room):
        return table
    fixed: dict[int, float] = {}
    while True:
        left = room - sum(fixed.values())
        open_to = [i for i in range(len(widths)) if i not in fixed]
        share = left / sum(widths[i] for i in open_to)
        tight = [i for i in open_to if widths[i] * share < needs[i]]
        if not tight:
            break
        fixed |= {i: needs[i] for i in tight}
    points = [fixed.get(i, widths[i] * share) for i in range(len(widths))]
    columns = (replace(c, width=round(p, 1)) for c, p in zip(table.columns, points, strict=True))
    return replace(table, columns=tuple(columns))


def columns_that_fit(table: Table) -> int:
    """How many columns, from the first, there is room for."""
    used, room = 0.0, _ROOM[table.width]
    for position, need in enumerate(needs_of(table)):
        used += need
        if used > room:
            return max(position, 1)
    return len(table.columns)


def needs_of(table: Table, short: float = _SHORT) -> list[float]:
    """The points each column needs for its widest number, code, short text, or word of a heading.

    Args:
        table: with its texts.
        short: ems up to which any text is kept on one line.
    """
    return [
        _INSET
        + _SIZE
        * max(
            [
                _BOLD * _longest(column.label.split("(")[0], short),
                *(_longest(row[position].text, short) for row in table.rows),
            ]
        )
        for position, column in enumerate(table.columns)
    ]


def _longest(text: str, short: float) -> float:
    """Ems of the longest run that is not parted."""
    whole = sum(map(_ems, text))
    return max([whole if whole <= short else 0.0, *(sum(map(_ems, run)) for run in _RUN.findall(text))])


def _ems(letter: str) -> float:
    if letter in _EMS:
        return _EMS[letter]
    if not letter.isascii():
        return _WIDE
    if letter.isdigit():
        return _DIGIT
    return _CAPITAL if letter.isupper() else _LETTER


def _fits(widths: Sequence[float], needs: Sequence[float], room: float) -> bool:
    total = sum(widths)
    return all(width / total * room >= need for width, need in zip(widths, needs, strict=True))
