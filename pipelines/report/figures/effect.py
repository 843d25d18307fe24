"""The estimate with its interval, what these groups could have shown, and the same under each check."""

from __future__ import annotations

from pipelines.report.document import Figure
from pipelines.report.figures.svg import BLUE, GREY, INK, RULE, SOFT, STRONG, Drawing, Row, number, rows_of
from pipelines.report.wording import number_text, signed_text

_WIDTH, _NAMES, _VALUES, _TOP, _STEP, _BOTTOM = 498.0, 146.0, 92.0, 26.0, 17.0, 18.0


def draw_effect(figure: Figure) -> Drawing:
    """A dot and a line per estimate; the band is what could not have been found, the dashes what would be worth it."""
    rows = rows_of(figure)
    value = next(label for label in rows[0] if label.startswith("差("))
    unit = value.removeprefix("差(").removesuffix(")")
    detectable, worthwhile = number(rows[0], "検出できる最小"), number(rows[0], "見合う最小")
    reach = 1.08 * max(_ends(rows, value), detectable or 0.0, worthwhile or 0.0, 1e-9)
    middle = _NAMES + (_WIDTH - _NAMES - _VALUES) / 2
    scale = (_WIDTH - _NAMES - _VALUES) / 2 / reach
    height = _TOP + _STEP * len(rows)
    drawing = Drawing(_WIDTH, height + _BOTTOM)
    if detectable is not None:
        drawing.rect(middle - detectable * scale, _TOP - 4, 2 * detectable * scale, height - _TOP + 4, GREY)
    drawing.line(middle, _TOP - 4, middle, height, RULE)
    drawing.text(middle, height + 10, f"差なし({number_text(0)}{unit})", anchor="middle", fill=SOFT)
    if worthwhile is not None:
        x = middle + worthwhile * scale
        drawing.line(x, _TOP - 8, x, height, STRONG, dash="4 2.5")
        drawing.text(
            x, _TOP - 11, f"見合う最小 {number_text(worthwhile, 2)}{unit}", fill=STRONG, anchor="middle"
        )
    for position, row in enumerate(rows):
        _line(drawing, row, value, _TOP + position * _STEP + 7, (middle, scale, reach), is_main=position == 0)
    return drawing


def _ends(rows: list[Row], value: str) -> float:
    numbers = [number(row, name) for row in rows for name in (value, "下限", "上限")]
    return max(abs(n) for n in numbers if n is not None)


def _line(
    drawing: Drawing, row: Row, value: str, y: float, place: tuple[float, float, float], *, is_main: bool
) -> None:
    middle, scale, reach = place
    found, low, high = number(row, value), number(row, "下限"), number(row, "上限")
    if found is None:
        return
    colour = STRONG if is_main else BLUE
    # An end that does not exist runs to the border, where the word beside it says so.
    left, right = -reach if low is None else low, reach if high is None else high
    drawing.line(middle + left * scale, y, middle + right * scale, y, colour)
    drawing.dot(middle + found * scale, y, 3.4 if is_main else 2.6, colour)
    drawing.text(_NAMES - 6, y + 3, str(row["推定"]), anchor="end", fill=INK)
    ends = [signed_text(end, 2) if end is not None else "限りなし" for end in (low, high)]
    drawing.text(_WIDTH, y + 3, f"{signed_text(found, 2)}({'〜'.join(ends)})", anchor="end")
