"""Utilisation per municipality as bars, with the target as a line."""

from __future__ import annotations

from pipelines.report.document import Figure
from pipelines.report.figures.svg import BLUE, HALF_WIDTH, RULE, STRONG, Drawing, number, rows_of
from pipelines.report.wording import number_text

_NAMES, _TOP, _STEP, _BAR, _SIZE = 46.0, 14.0, 17.0, 12.0, 8.0
# As many bars as a page is high: of a longer list the first and the last ones.
_ENDS = 15


def draw_utilisation(figure: Figure) -> Drawing:
    """One bar per municipality; one without a rate keeps its line and says so."""
    every = rows_of(figure)
    rows = every if len(every) <= 2 * _ENDS else [*every[:_ENDS], *every[-_ENDS:]]
    left_out = len(every) - len(rows)
    rates = [rate for r in rows if (rate := number(r, "実施率(%)")) is not None]
    target = next((t for r in rows if (t := number(r, "目標(%)")) is not None), None)
    scale = (HALF_WIDTH - _NAMES - 4) / max([100.0, *rates])
    drawing = Drawing(HALF_WIDTH, _TOP + _STEP * (len(rows) + bool(left_out)) + 2)
    if left_out:
        drawing.text(_NAMES + 4, _TOP + _STEP * _ENDS + 9, f"ほか{left_out:,}団体(表にある)")
    for position, row in enumerate(rows):
        y = _TOP + _STEP * (position + bool(left_out and position >= _ENDS))
        rate, name = number(row, "実施率(%)"), str(row["団体"])
        drawing.text(_NAMES - 5, y + 9, name, size=min(_SIZE, (_NAMES - 6) / len(name)), anchor="end")
        if rate is None:
            drawing.text(_NAMES + 4, y + 9, "計画が始まっていない")
            continue
        drawing.rect(_NAMES, y, rate * scale, _BAR, BLUE)
        counts = (
            f"{number_text(number(row, '実績(人回)'))}/{number_text(number(row, '計画(人回、基準日まで)'))}"
        )
        drawing.text(_NAMES + 4, y + 9, f"{number_text(row['実施率(%)'], 1)}% ({counts}人回)")  # type: ignore[arg-type]
    drawing.line(_NAMES, _TOP - 3, _NAMES, drawing.height, RULE)
    if target is not None:
        x = _NAMES + target * scale
        drawing.line(x, _TOP - 3, x, drawing.height, STRONG, dash="4 2.5")
        drawing.text(x, _TOP - 5, f"目標 {number_text(target)}%", fill=STRONG, anchor="end")
    return drawing
