"""Numerators and denominators as they come together, and the figure they give in the end."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import NamedTuple

Number = int | float | Decimal | Fraction
Key = tuple[str, int, str | None]


class Figure(NamedTuple):
    """A figure as `mart_kpi` publishes it."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


def exact(number: Number) -> Fraction:
    """A number as typed: a float stands for the shortest decimal that it prints as."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def published(number: Fraction | None) -> Decimal | None:
    """Four decimals, halves away from zero."""
    if number is None:
        return None
    quotient = Decimal(abs(number.numerator) * 10**4) / number.denominator
    rounded = quotient.quantize(Decimal(1), ROUND_HALF_UP) / 10**4
    return -rounded if number < 0 else rounded


class Figures:
    """What each KPI adds up to, for each municipality and for the prefecture."""

    def __init__(self) -> None:
        self._numerators: dict[Key, list[Fraction]] = defaultdict(list)
        self._denominators: dict[Key, list[Fraction]] = defaultdict(list)

    def add(
        self,
        kpi_id: str,
        year: int,
        code: str | None = None,
        numerator: Number | None = None,
        denominator: Number | None = None,
    ) -> None:
        """Add to a municipality's figure, if one is named, and to the prefecture's."""
        for place in {code, None}:
            if numerator is not None:
                self._numerators[kpi_id, year, place].append(exact(numerator))
            if denominator is not None:
                self._denominators[kpi_id, year, place].append(exact(denominator))

    def places(self) -> set[Key]:
        """Every figure that something was added to."""
        return set(self._numerators) | set(self._denominators)

    def figure(self, key: Key, aggregation: str) -> Figure:
        """The figure, from what was added."""
        over, under = self._numerators.get(key), self._denominators.get(key)
        above, below = (None if part is None else sum(part, Fraction()) for part in (over, under))
        if aggregation == "median":
            return Figure(None, published(below), published(median(over)) if over else None)
        value = above
        if aggregation in ("mean", "percent"):
            scale = 100 if aggregation == "percent" else 1
            value = scale * above / below if above is not None and below else None
        return Figure(published(above), published(below), published(value))
