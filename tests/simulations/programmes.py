"""Invented programmes with a known effect, judged as the night would judge them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from pipelines.model.effect.assignments import Assignments, assignments
from pipelines.model.effect.comparison import Comparison, Floats
from pipelines.model.effect.estimators import ancova, difference_in_differences, difference_in_means
from pipelines.model.effect.permutation import PermutationTest

ALPHA = 0.05
DRAWS = 999


@dataclass(frozen=True)
class Programme:
    """How programmes of one kind come about.

    Attributes:
        treated: number of treated among `size`.
        spread: standard deviation of the treated outcomes; that of the others is 1.
        correlation: of baseline and outcome.
        tail: degrees of freedom of a t distribution of the noise; 0 for normal noise.
        strata: number of strata, each with its own level.
    """

    treated: int
    size: int = 30
    spread: float = 1.0
    correlation: float = 0.7
    tail: int = 0
    strata: int = 1
    method: str = "ancova"

    @property
    def is_treated(self) -> np.ndarray:
        """The first units of the list are treated, spread over the strata."""
        return np.arange(self.size) < self.treated

    @property
    def labels(self) -> np.ndarray:
        """Strata in turn."""
        return np.arange(self.size) % self.strata

    def one(self, rng: np.random.Generator, effect: float) -> Comparison:
        """A programme whose treatment adds `effect` to every treated unit."""
        noise = rng.standard_t(self.tail, self.size) if self.tail else rng.normal(size=self.size)
        if self.tail:
            noise /= sqrt(self.tail / (self.tail - 2))
        noise = np.where(self.is_treated, self.spread, 1.0) * noise
        before: Floats = rng.normal(size=self.size) + self.labels
        after = self.correlation * before + sqrt(1 - self.correlation**2) * noise + effect * self.is_treated
        return METHODS[self.method](before, after, self)

    def drawn(self, seed: int) -> Assignments:
        """Re-assignments within strata: all of them where they are few, else drawn."""
        return assignments(self.is_treated, self.labels, draws=DRAWS, seed=seed, limit=2000)


METHODS: dict[str, Callable[[Floats, Floats, Programme], Comparison]] = {
    "ancova": lambda b, a, p: ancova(b, a, p.is_treated, strata=p.labels.tolist()),
    "did": lambda b, a, p: difference_in_differences(b, a, p.is_treated, strata=p.labels.tolist()),
    "difference": lambda _, a, p: difference_in_means(a, p.is_treated, strata=p.labels.tolist()),
}


def rejected(programme: Programme, effect: float, times: int, seed: int, *, supposed: float = 0.0) -> float:
    """Share of programmes in which the 5 % test rejects `supposed`; with supposed = effect, 1 − coverage.

    An interval by inversion covers the true effect exactly when the test does not reject it.
    """
    rng = np.random.default_rng(seed)
    # Every programme draws its own re-assignments, as every night with its own plan does: a set shared by
    # all of them would lean the same way in all of them.
    tests = (
        PermutationTest(programme.one(rng, effect), programme.drawn(1000 * seed + number))
        for number in range(times)
    )
    return float(np.mean([test.p_value(supposed) <= ALPHA for test in tests]))


def error(rate: float, times: int) -> float:
    """Monte Carlo standard error of a rate."""
    return sqrt(rate * (1 - rate) / times)
