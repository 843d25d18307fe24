"""What these groups could have shown: power and the minimum detectable effect, by the test's own engine.

Randomisation-based power (Rosenbaum 2010, Design of Observational Studies, ch. 14; Gerber & Green 2012,
ch. 3): keep what the fitted model leaves unexplained, re-assign the treatment, add a constant effect to
whoever is treated in that world, and test there. No table of the normal distribution is used, so few
treated units and coarse p-values show up as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from pipelines.model.effect.assignments import assignments
from pipelines.model.effect.comparison import Comparison, Floats, residual_maker
from pipelines.model.effect.studentised import tied, weights

_DOUBLINGS = 12


@dataclass(frozen=True)
class _Worlds:
    """For every pair of re-assignment b and world w: estimate and variance as functions of the effect."""

    slope0: Floats
    slope1: Floats
    v0: Floats
    v1: Floats
    v2: Floats
    own: Floats
    is_exact: bool
    scatter: float

    def power(self, effect: float, alpha: float) -> float:
        """Share of worlds in which a constant effect of this size is found."""
        squared = _squared(self.slope0, self.slope1, self.v0, self.v1, self.v2, effect)
        real = _squared(self.own[0], self.own[1], self.own[2], self.own[3], self.own[4], effect)
        reached = np.count_nonzero(squared >= tied(real), axis=0)
        total = len(squared)
        p_values = reached / total if self.is_exact else (reached + 1) / (total + 1)
        return float(np.mean(p_values <= alpha))


def power(
    comparison: Comparison,
    effect: float,
    *,
    alpha: float,
    draws: int = 1999,
    worlds: int = 500,
    seed: int = 1,
) -> float:
    """Chance to find a constant effect of this size, 0 to 1; its error is about √(0.25 / worlds)."""
    return _worlds(comparison, draws, worlds, seed).power(effect, alpha)


def minimum_detectable_effect(
    comparison: Comparison,
    *,
    alpha: float,
    wanted: float = 0.8,
    draws: int = 1999,
    worlds: int = 500,
    seed: int = 1,
) -> float:
    """The smallest constant effect found with probability `wanted`; ∞ when no size would be found."""
    prepared = _worlds(comparison, draws, worlds, seed)
    high = prepared.scatter
    for _ in range(_DOUBLINGS):
        if prepared.power(high, alpha) >= wanted:
            break
        high *= 2
    else:
        return inf
    low = 0.0
    while high - low > 1e-3 * prepared.scatter:
        middle = (low + high) / 2
        if prepared.power(middle, alpha) >= wanted:
            high = middle
        else:
            low = middle
    return high


def _worlds(comparison: Comparison, draws: int, worlds: int, seed: int) -> _Worlds:
    maker, leverage = residual_maker(comparison.design)
    full, _ = residual_maker(np.column_stack([comparison.design, comparison.is_treated]))
    unexplained = full @ comparison.outcome
    # Least squares leaves too little scatter: as much as the model has coefficients is missing.
    spare = comparison.size - np.linalg.matrix_rank(
        np.column_stack([comparison.design, comparison.is_treated])
    )
    unexplained = maker @ unexplained * sqrt(comparison.size / spare)
    tested = assignments(comparison.is_treated, comparison.strata, draws=draws, seed=seed, limit=draws)
    tried = assignments(comparison.is_treated, comparison.strata, draws=worlds, seed=seed + 1, limit=worlds)
    assigned, world = tested.flags.astype(float) @ maker, tried.flags.astype(float) @ maker
    slope0, slope1, v0, v1, v2 = _pairs(assigned, world, leverage, unexplained)
    return _Worlds(
        slope0,
        slope1,
        v0,
        v1,
        v2,
        own=np.array(_own(world, leverage, unexplained)),
        is_exact=tested.is_exact,
        scatter=float(np.sqrt(np.mean(unexplained**2))),
    )


def _pairs(assigned: Floats, world: Floats, leverage: Floats, outcome: Floats) -> tuple[Floats, ...]:
    total, weight = _weights(assigned, leverage)
    slope0 = (assigned @ outcome / total)[:, None]
    slope1 = assigned @ world.T / total[:, None]
    rest0 = outcome - slope0 * assigned
    v0 = (weight * rest0**2).sum(axis=1)[:, None]
    weighted = weight * assigned
    v1 = (weight * rest0) @ world.T - slope1 * (weighted * rest0).sum(axis=1)[:, None]
    v2 = (
        weight @ (world**2).T
        - 2 * slope1 * (weighted @ world.T)
        + slope1**2 * (weighted * assigned).sum(axis=1)[:, None]
    )
    return slope0, slope1, v0, v1, v2


def _own(world: Floats, leverage: Floats, outcome: Floats) -> tuple[Floats, ...]:
    """Each world tested with its own assignment, whose slope on itself is one."""
    total, weight = _weights(world, leverage)
    slope0 = world @ outcome / total
    rest0 = outcome - slope0[:, None] * world
    nothing = np.zeros(len(world))
    return slope0, np.ones(len(world)), (weight * rest0**2).sum(axis=1), nothing, nothing


def _weights(assigned: Floats, leverage: Floats) -> tuple[Floats, Floats]:
    """As for the test; an assignment that the design determines wholly ends up as extreme, as it does there."""
    total, weight = weights(assigned, leverage)
    return np.maximum(total, 1e-10), weight


def _squared(slope0: Floats, slope1: Floats, v0: Floats, v1: Floats, v2: Floats, effect: float) -> Floats:
    estimate = slope0 + effect * slope1
    variance = np.maximum(v0 + 2 * effect * v1 + effect**2 * v2, 1e-300)
    return np.asarray(estimate**2 / variance)
