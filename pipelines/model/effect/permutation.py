"""The permutation test of the studentised estimate, and the interval that its inversion gives.

Studentising keeps the test at its level when the two groups scatter differently (Janssen 1997; Chung &
Romano 2013; with covariates DiCiccio & Romano 2017, Zhao & Ding 2021), which a permutation of the bare
difference does not. If the treatment was random within strata, p is exact for a constant effect
whatever the distribution; in general it holds for large groups. Two-sided: |t| at least as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from pipelines.model.effect.assignments import EXACT_LIMIT, Assignments, assignments
from pipelines.model.effect.comparison import Comparison
from pipelines.model.effect.studentised import Statistics, observed, statistics, tied

_REACH, _STEP, _DOUBLINGS = 8.0, 0.5, 6


@dataclass(frozen=True)
class Estimate:
    """An estimate with what it must be read with.

    Attributes:
        estimate: in the outcome's unit.
        standard_error: HC2; shown for orientation, p and interval do not rest on a table of t.
        p_value: two-sided, for no effect.
        p_error: Monte Carlo standard error of p; 0 when exact.
        low, high: interval by inversion at `level`; ∓∞ where no effect can be excluded on that side.
        assignment_count: re-assignments that are possible.
        smallest_p: the smallest p-value these groups can give at all.
    """

    estimate: float
    standard_error: float
    p_value: float
    p_error: float
    low: float
    high: float
    level: float
    unit_count: int
    treated_count: int
    is_exact: bool
    assignment_count: int
    smallest_p: float


class PermutationTest:
    """One comparison under all its re-assignments, or many of them."""

    def __init__(self, comparison: Comparison, drawn: Assignments) -> None:
        self.comparison = comparison
        self.drawn = drawn
        self.estimate, self.standard_error = observed(comparison)
        self._real: Statistics = statistics(comparison, comparison.is_treated[None, :])
        self._all: Statistics = statistics(comparison, drawn.flags)

    def p_value(self, effect: float = 0.0) -> float:
        """The p-value of the hypothesis that the treatment adds exactly `effect` to every treated unit.

        Exact: the share of re-assignments, the real one among them. Monte Carlo: the real one is added
        to numerator and denominator, so that p is valid and never zero (Phipson & Smyth 2010).
        """
        reached = int(np.count_nonzero(self._all.squared(effect) >= tied(self._real.squared(effect)[0])))
        total = len(self.drawn.flags)
        return reached / total if self.drawn.is_exact else (reached + 1) / (total + 1)

    def error(self, p_value: float) -> float:
        """Monte Carlo standard error of a p-value; nothing when every re-assignment was counted."""
        if self.drawn.is_exact:
            return 0.0
        return sqrt(p_value * (1 - p_value) / len(self.drawn.flags))

    @property
    def smallest_p(self) -> float:
        """The p-value of the most extreme re-assignment: 1 ÷ their number, more where extremes tie."""
        if not self.drawn.is_exact:
            return 1 / (len(self.drawn.flags) + 1)
        squared = self._all.squared(0.0)
        return int(np.count_nonzero(squared >= tied(squared.max()))) / len(squared)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Every effect that a two-sided test at `alpha` does not reject, from the lowest to the highest.

        The set of such effects may have gaps when the statistic is studentised; the interval spans them,
        which can only make it wider.
        """
        return self._end(alpha, -1), self._end(alpha, 1)

    def _end(self, alpha: float, side: int) -> float:
        unit = self.standard_error or sqrt(self._real.scale / self.comparison.size)
        reach, step = _REACH, _STEP
        for _ in range(_DOUBLINGS):
            places = self.estimate + side * unit * np.arange(0.0, reach + step / 2, step)
            is_kept = [self.p_value(float(place)) > alpha for place in places]
            last = len(is_kept) - 1 - is_kept[::-1].index(True)
            if last < len(is_kept) - 1:
                return self._between(float(places[last]), float(places[last + 1]), alpha)
            reach, step = 2 * reach, 2 * step
        return side * inf

    def _between(self, kept: float, rejected: float, alpha: float) -> float:
        for _ in range(24):
            middle = (kept + rejected) / 2
            if self.p_value(middle) > alpha:
                kept = middle
            else:
                rejected = middle
        # The rejected side: never narrower than the test.
        return rejected


def estimate(
    comparison: Comparison, *, alpha: float, draws: int, seed: int, limit: int = EXACT_LIMIT
) -> Estimate:
    """The estimate, its p-value and its interval at level 1 − `alpha`."""
    drawn = assignments(comparison.is_treated, comparison.strata, draws=draws, seed=seed, limit=limit)
    test = PermutationTest(comparison, drawn)
    p_value = test.p_value()
    low, high = test.interval(alpha)
    return Estimate(
        estimate=test.estimate,
        standard_error=test.standard_error,
        p_value=p_value,
        p_error=test.error(p_value),
        low=low,
        high=high,
        level=1 - alpha,
        unit_count=comparison.size,
        treated_count=comparison.treated_count,
        is_exact=drawn.is_exact,
        assignment_count=drawn.possible_count,
        smallest_p=test.smallest_p,
    )
