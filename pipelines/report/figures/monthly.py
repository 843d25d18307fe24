"""Planned and delivered person-visits by month: bars for what took place, a line for the plan."""

from __future__ import annotations

from pipelines.report.document import Figure
from pipelines.report.figures.svg import (
    BLUE,
    HALF_WIDTH,
    INK,
    RULE,
    STRONG,
    Drawing,
    Row,
    length,
    number,
    rows_of,
)
from pipelines.report.wording import number_text

_TOP, _BARS, _BOTTOM = 12.0, 96.0, 14.0
_TEXT = 8.0


def draw_monthly(figure: Figure) -> Drawing:
    """One column per month; a month whose reports are not due yet says so instead of showing zero."""
    rows = rows_of(figure)
    peak = max([1.0, *(number(r, n) or 0 for r in rows for n in ("計画(人回)", "実績(人回)"))])
    step, scale = HALF_WIDTH / len(rows), _BARS / peak
    base = _TOP + _BARS
    drawing = Drawing(HALF_WIDTH, base + _BOTTOM)
    for position, row in enumerate(rows):
        middle = (position + 0.5) * step
        _delivered(drawing, row, middle, base, scale, step)
        _planned(drawing, row, middle, base, scale, step)
        drawing.text(middle, base + 11, str(row["月"]), anchor="middle")
    drawing.line(0, base, HALF_WIDTH, base, RULE)
    return drawing


def _delivered(drawing: Drawing, row: Row, middle: float, base: float, scale: float, room: float) -> None:
    width = min(20.0, room * 0.7)
    delivered = number(row, "実績(人回)")
    if delivered is None:
        word = str(row["実績(人回)"])
        drawing.text(middle, base - 4, word if word == "報告前" else "", anchor="middle")
        return
    drawing.rect(middle - width / 2, base - delivered * scale, width, delivered * scale, BLUE)
    mark = "▼" if number(row, "現地訪問のない団体") else ""
    text = f"{mark}{number_text(delivered)}"
    drawing.text(middle, base - 4, text, size=_size(text, room), anchor="middle", fill=INK)


def _planned(drawing: Drawing, row: Row, middle: float, base: float, scale: float, room: float) -> None:
    width = min(26.0, room * 0.9)
    planned = number(row, "計画(人回)")
    if planned:
        y = base - planned * scale
        drawing.line(middle - width / 2, y, middle + width / 2, y, STRONG)
        text = number_text(planned)
        drawing.text(middle, y - 3, text, size=_size(text, room), anchor="middle", fill=STRONG)


def _size(text: str, room: float) -> float:
    """As large as a column bears: a nation's visits have four digits and more."""
    return min(_TEXT, (room - 1) / length(text, 1))
