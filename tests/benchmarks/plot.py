"""Growth as a picture: both axes logarithmic, so that what is linear is a straight line of one steepness."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

from pipelines.report.figures.svg import BLUE, INK, RULE, SOFT, STRONG, Drawing

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 500.0, 300.0, 52.0, 96.0, 22.0, 34.0
_COLOURS = (STRONG, "#B5541C", BLUE, "#4B7F52", "#7A5195", SOFT)
_APART = 9.5
_Scale = Callable[[float], float]


def growth_plot(curves: Mapping[str, Mapping[int, float]], unit: str, across: str, title: str) -> str:
    """SVG of curves over the same sizes, with the line of linear growth through the first curve's first point.

    Args:
        curves: by name, in the order of their colours: size → value above 0; names are written at the ends.
        unit: of the values, written above the axis.
        across: what the sizes count.
        title: for readers who cannot see the picture.
    """
    sizes = sorted({size for curve in curves.values() for size in curve})
    values = [value for curve in curves.values() for value in curve.values()]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    drawing = Drawing(_WIDTH, _HEIGHT)
    drawing.rect(0, 0, _WIDTH, _HEIGHT, "#FFFFFF")
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def x(size: float) -> float:
        return _LEFT + (right - _LEFT) * math.log(size / sizes[0]) / max(math.log(sizes[-1] / sizes[0]), 1e-9)

    def y(value: float) -> float:
        return bottom - (bottom - _TOP) * math.log(value / low) / max(math.log(high / low), 1e-9)

    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        value = 10.0**power
        drawing.line(_LEFT, y(value), right, y(value), RULE)
        drawing.text(_LEFT - 6, y(value) + 3, f"{value:,g}", anchor="end", fill=SOFT)
    drawing.text(_LEFT - 6, _TOP - 10, unit, anchor="end", fill=SOFT)
    for size in sizes:
        drawing.line(x(size), _TOP, x(size), bottom, RULE)
        drawing.text(x(size), bottom + 13, f"{size:,}", anchor="middle", fill=INK)
    drawing.text((_LEFT + right) / 2, bottom + 27, across, anchor="middle", fill=SOFT)
    first = next(iter(curves.values()))
    _linear(drawing, x, y, (sizes[0], sizes[-1], first[min(first)], high))
    ends: list[tuple[float, str, str]] = []
    for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=False):
        points = [(x(size), y(curve[size])) for size in sorted(curve)]
        for one, other in itertools.pairwise(points):
            drawing.line(*one, *other, colour)
        for point in points:
            drawing.dot(*point, 2.8, colour)
        ends.append((points[-1][1], name, colour))
    for place, (_, name, colour) in zip(_spread([e[0] for e in sorted(ends)]), sorted(ends), strict=True):
        drawing.text(right + 8, place + 3, name, fill=colour)
    return drawing.svg(title, "; ".join(f"{name}: {_words(curve)}" for name, curve in curves.items())) + "\n"


def _linear(drawing: Drawing, x: _Scale, y: _Scale, span: tuple[float, float, float, float]) -> None:
    smallest, largest, value, high = span
    reached = min(largest, smallest * high / value)
    end = value * reached / smallest
    drawing.line(x(smallest), y(value), x(reached), y(end), SOFT, dash="2 3")
    drawing.text(x(reached) - 6, y(end) - 3, "linear", anchor="end", fill=SOFT)


def _spread(places: Sequence[float]) -> list[float]:
    """The same places, moved down where two names would lie on each other."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + _APART) if spread else place)
    return spread


def _words(curve: Mapping[int, float]) -> str:
    return ", ".join(f"{size:,}: {value:,.3g}" for size, value in sorted(curve.items()))
