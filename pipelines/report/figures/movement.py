"""Municipalities by stage, year by year, as stacked bars."""

from __future__ import annotations

from pipelines.report.document import Figure
from pipelines.report.figures.svg import BLUE, GREY, HALF_WIDTH, INK, SOFT, STRONG, Drawing, number, rows_of
from pipelines.report.wording import number_text

_YEARS, _CONFIRM, _TOP, _STEP, _BAR = 54.0, 52.0, 18.0, 26.0, 18.0
_STAGES = (("協働未達", GREY, INK), ("協働", BLUE, INK), ("共創", STRONG, "#FFFFFF"))


def draw_movement(figure: Figure) -> Drawing:
    """The number stands in each part; the key above names the parts from left to right."""
    rows = rows_of(figure)
    total = max([1.0, *(sum(number(r, s) or 0 for s, _, _ in _STAGES) for r in rows)])
    scale = (HALF_WIDTH - _YEARS - _CONFIRM) / total
    drawing = Drawing(HALF_WIDTH, _TOP + _STEP * len(rows))
    for position, (stage, colour, _) in enumerate(_STAGES):
        x = _YEARS + position * 52
        drawing.rect(x, 0, 9, 9, colour)
        drawing.text(x + 12, 8, stage)
    for position, row in enumerate(rows):
        y, x = _TOP + position * _STEP, _YEARS
        drawing.text(_YEARS - 5, y + 12.5, str(row["年度"]), anchor="end")
        for stage, colour, ink in _STAGES:
            width = (number(row, stage) or 0) * scale
            if width:
                drawing.rect(x, y, width, _BAR, colour)
                drawing.text(
                    x + width / 2, y + 12.5, number_text(number(row, stage)), fill=ink, anchor="middle"
                )
            x += width
        confirm = number(row, "うち要確認")
        drawing.text(
            HALF_WIDTH, y + 12.5, f"要確認 {number_text(confirm)}" if confirm else "", fill=SOFT, anchor="end"
        )
    return drawing
