"""A picture of what is made from what: columns from left to right, lines that bend once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from pipelines.report.spreadsheet_text import width_of

_GAP, _ROW, _MARGIN = 44.0, 8.0, 6.0
_STRONG_CHARACTER, _CHARACTER, _LINE = 6.8, 5.7, 14.0
_SWEEPS = 6
_FILLS = {"source": "#f4f1ea", "model": "#ffffff", "table": "#d5e4f0", "here": "#16324f"}


@dataclass(frozen=True)
class Node:
    """A box: its name, the words in it (the first line stands out), its column, and where it leads."""

    key: str
    lines: tuple[str, ...]
    layer: int
    kind: str
    href: str = ""

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return len(self.lines) * _LINE + 8

    @property
    def width(self) -> float:
        """Points that the longest line takes."""
        first, *more = (width_of(line) for line in self.lines)
        return max(first * _STRONG_CHARACTER, *(n * _CHARACTER for n in more), 60) + 16


def draw(nodes: Sequence[Node], edges: Iterable[tuple[str, str]], title: str) -> str:
    """The picture as SVG; every box is a link where it leads somewhere."""
    lines = sorted(set(edges))
    columns = _ordered(nodes, lines)
    widths = [max(n.width for n in column) for column in columns]
    heights = [sum(n.height for n in column) + _ROW * (len(column) - 1) for column in columns]
    tallest = max(heights)
    places: dict[str, tuple[Node, float, float, float]] = {}
    x = _MARGIN
    for column, width, height in zip(columns, widths, heights, strict=True):
        # A short column is spread out, so that lines run level where they can.
        room = (tallest - height) / (len(column) + 1)
        y = _MARGIN + room
        for node in column:
            places[node.key] = (node, x, y, width)
            y += node.height + _ROW + room
        x += width + _GAP
    size = (x - _GAP + _MARGIN, tallest + 2 * _MARGIN)
    body = [_line(places[a], places[b]) for a, b in lines] + [_box(*place) for place in places.values()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" width="{size[0]:.0f}"'
        f' role="group" aria-label="{escape(title)}">{"".join(body)}</svg>'
    )


def _ordered(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> list[list[Node]]:
    """Columns whose boxes stand near what they are connected with, so that few lines cross."""
    used = sorted({n.layer for n in nodes})
    columns = [sorted((n for n in nodes if n.layer == layer), key=lambda n: n.key) for layer in used]
    near: dict[str, list[str]] = {}
    for a, b in edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            places = {n.key: i / max(len(c) - 1, 1) for c in columns for i, n in enumerate(c)}
            wanted = {n.key: _middle(near.get(n.key, ()), places, places[n.key]) for n in column}
            column.sort(key=lambda n: (wanted[n.key], n.key))
    return columns


def _middle(keys: Iterable[str], places: Mapping[str, float], otherwise: float) -> float:
    found = [places[key] for key in keys if key in places]
    return sum(found) / len(found) if found else otherwise


def _line(start: tuple[Node, float, float, float], end: tuple[Node, float, float, float]) -> str:
    x1, y1 = start[1] + start[3], start[2] + start[0].height / 2
    x2, y2 = end[1], end[2] + end[0].height / 2
    bend = max((x2 - x1) / 2, 18)
    path = f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return f'<path d="{path}" fill="none" stroke="#9a9a9a" stroke-opacity=".75"/>'


def _box(node: Node, x: float, y: float, width: float) -> str:
    ink = "#ffffff" if node.kind == "here" else "#1b1b1b"
    stroke = "#8fb3d1" if node.kind == "table" else "#9a9a9a"
    words = "".join(
        f'<text x="{x + 8:.1f}" y="{y + 15 + i * _LINE:.1f}" fill="{ink}"'
        f' font-size="{11.5 if i == 0 else 10}"{" font-weight=" + chr(34) + "bold" + chr(34) if i == 0 else ""}>{escape(line)}</text>'
        for i, line in enumerate(node.lines)
    )
    shape = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{node.height:.1f}" rx="3"'
        f' fill="{_FILLS[node.kind]}" stroke="{stroke}"/>{words}'
    )
    return f'<a href="{node.href}">{shape}</a>' if node.href else f"<g>{shape}</g>"
