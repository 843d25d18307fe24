"""A drawing in points: rectangles, lines and words, written as SVG that Typst and browsers both set."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Literal
from unicodedata import east_asian_width

from pipelines.report.document import Figure

FONT = "Noto Sans CJK JP, Noto Sans JP, BIZ UDPGothic, Yu Gothic, Meiryo, sans-serif"
INK, SOFT, RULE = "#1B1B1B", "#595959", "#9A9A9A"
STRONG, BLUE, GREY = "#16324F", "#8FB3D1", "#DEDEDE"
HALF_WIDTH = 240.0
Row = dict[str, Decimal | str]


class Drawing:
    """Shapes from back to front, measured in points from the upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = "none",
        *,
        stroke: str = "none",
        dash: str = "",
        radius: float = 0,
    ) -> None:
        """A rectangle, with an outline where `stroke` is given."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        outline = "" if stroke == "none" else f' stroke="{stroke}" stroke-width="1.2"{dashed}'
        corners = f' rx="{_n(radius)}"' if radius else ""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{corners} fill="{fill}"{outline}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = RULE, *, dash: str = "") -> None:
        """A straight line; what carries a meaning is thicker than a rule."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        weight = "0.6" if stroke == RULE else "1.6"
        self._parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke}" stroke-width="{weight}"{dashed}/>'
        )

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        """A filled circle."""
        self._parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 8,
        fill: str = INK,
        anchor: Literal["start", "middle", "end"] = "start",
    ) -> None:
        """Words whose base line is at `y`."""
        if words:
            self._parts.append(
                f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
            )

    def svg(self, title: str, description: str) -> str:
        """The drawing with the words that stand for it where it cannot be seen."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'width="{_n(self.width)}pt" height="{_n(self.height)}pt" role="img" font-family="{FONT}">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
            f"{''.join(self._parts)}</svg>"
        )


def rows_of(figure: Figure) -> list[Row]:
    """The figure's table by heading: numbers where there are numbers, else the text people read."""
    names = [column.label for column in figure.table.columns]
    return [
        {
            name: Decimal(cell.number) if cell.number is not None else cell.text
            for name, cell in zip(names, row, strict=True)
        }
        for row in figure.table.rows
    ]


def number(row: Row, name: str) -> float | None:
    """A number of a row; None where the table shows a dash or a word."""
    value = row[name]
    return float(value) if isinstance(value, Decimal) else None


def length(text: str, size: float) -> float:
    """Width in points: a full-width letter is as wide as it is high, any other a little over half."""
    return size * sum(1.0 if east_asian_width(letter) in "WFA" else 0.56 for letter in text)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
