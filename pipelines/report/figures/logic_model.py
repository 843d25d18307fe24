"""The logic model as boxes: strands from above, activities to outcomes from the left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipelines.report.document import Cell, Figure
from pipelines.report.figures.svg import GREY, INK, RULE, SOFT, STRONG, Drawing, length
from pipelines.report.wording import NEVER_FIRST, NEVER_LAST

_WIDTH, _STRAND, _GAP, _TOP = 498.0, 62.0, 7.0, 20.0
_SIZE, _LINE, _PADDING = 6.6, 9.0, 3.5
_ID = 20.0
KINDS = ("活動", "アウトプット", "アウトカム")
_HOPED = "めざす姿(アウトカム)"
Line = tuple[str, str, str]


def draw_logic_model(figure: Figure) -> Drawing:
    """A box per strand and kind with a line per KPI; strands that hold outcomes alone share the last row."""
    boxes: dict[str, dict[str, list[tuple[Cell, ...]]]] = defaultdict(lambda: defaultdict(list))
    for row in figure.table.rows:
        boxes[row[2].text][row[3].text].append(row)
    width = (_WIDTH - _STRAND - _GAP * len(KINDS)) / len(KINDS)
    lines = {s: {kind: _lines(rows, width) for kind, rows in kinds.items()} for s, kinds in boxes.items()}
    hoped = [strand for strand, kinds in lines.items() if set(kinds) == {KINDS[-1]}]
    steps = [strand for strand in lines if strand not in hoped]
    heights = {s: max(_height(lines[s].values()), _named(s)) for s in steps}
    last_rows = [hoped[start : start + len(KINDS)] for start in range(0, len(hoped), len(KINDS))]
    last = [max(_LINE + _height(lines[s][KINDS[-1]] for s in row), _named(_HOPED)) for row in last_rows]
    drawing = Drawing(_WIDTH, _TOP + sum(heights.values()) + sum(last) + _GAP * (len(steps) + len(last)))
    for position, kind in enumerate(KINDS):
        x = _STRAND + _GAP + position * (width + _GAP)
        drawing.rect(x, 0, width, 14, STRONG)
        arrow = "" if kind == KINDS[-1] else " ▶"
        drawing.text(x + width / 2, 10, f"{kind}{arrow}", size=8, fill="#FFFFFF", anchor="middle")
    y = _TOP
    for strand in steps:
        _name(drawing, strand, y, heights[strand])
        for position, kind in enumerate(KINDS):
            x = _STRAND + _GAP + position * (width + _GAP)
            if kind in lines[strand]:
                drawing.rect(x, y, width, heights[strand], stroke=RULE)
                _write(drawing, lines[strand][kind], x, y, width)
        y += heights[strand] + _GAP
    for shared, height in zip(last_rows, last, strict=True):
        _name(drawing, _HOPED, y, height)
        for position, strand in enumerate(shared):
            x = _STRAND + _GAP + position * (width + _GAP)
            drawing.rect(x, y, width, height, stroke=STRONG)
            drawing.text(x + 3, y + _PADDING + 6.6, strand, size=7.0, fill=STRONG)
            _write(drawing, lines[strand][KINDS[-1]], x, y + _LINE, width)
        y += height + _GAP
    return drawing


def _height(boxes: Iterable[list[Line]]) -> float:
    return 2 * _PADDING + _LINE * max(len(found) for found in boxes)


def _named(strand: str) -> float:
    return 4.0 + 9 * len(_wrapped(strand, _STRAND - 6, 7.0))


def _name(drawing: Drawing, strand: str, y: float, height: float) -> None:
    drawing.rect(0, y, _STRAND, height, GREY)
    for number, words in enumerate(_wrapped(strand, _STRAND - 6, 7.0)):
        drawing.text(3, y + 10 + 9 * number, words, size=7.0)


def _write(drawing: Drawing, lines: list[Line], x: float, y: float, width: float) -> None:
    for number, (kpi_id, name, value) in enumerate(lines):
        base = y + _PADDING + _LINE * number + 6.6
        drawing.text(x + 3, base, kpi_id, size=_SIZE, fill=SOFT)
        drawing.text(x + 3 + _ID, base, name, size=_SIZE)
        drawing.text(x + width - 3, base, value, size=_SIZE, fill=INK, anchor="end")


def _lines(rows: list[tuple[Cell, ...]], width: float) -> list[Line]:
    """A KPI's number, name and value; a long name goes on below, the value stands at its last line."""
    found: list[Line] = []
    for row in rows:
        kpi_id, name, value, state = row[0].text, row[1].text, row[4].text, row[6].text
        value = value if state in {"目標なし", "値なし", value} else f"{value} {state}"
        room = width - 6 - _ID
        pieces = _wrapped(name, room, _SIZE)
        if length(pieces[-1], _SIZE) + length(value, _SIZE) + 3 > room:
            pieces.append("")
        found += [
            (kpi_id if not number else "", piece, value if number == len(pieces) - 1 else "")
            for number, piece in enumerate(pieces)
        ]
    return found


def _wrapped(text: str, room: float, size: float) -> list[str]:
    """Lines that fit: none begins with a closing mark, none ends with an opening one (禁則, JIS X 4051)."""
    pieces = [""]
    for letter in text:
        line = pieces[-1]
        if line and length(line + letter, size) > room:
            kept = len(line)
            while kept > 1 and ((line + letter)[kept] in NEVER_FIRST or line[kept - 1] in NEVER_LAST):
                kept -= 1
            pieces[-1] = line[:kept]
            pieces.append(line[kept:])
        pieces[-1] += letter
    return pieces
