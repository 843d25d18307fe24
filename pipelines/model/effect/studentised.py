"""The estimate and its robust t for many re-assignments at once.

Least squares of the outcome on treatment, strata and covariates. The design without the treatment is
taken out of everything first (Frisch & Waugh 1933; Lovell 1963), so that only one coefficient is left.
Its variance is HC2 (MacKinnon & White 1985): without covariates that is exactly Welch's unequal-variance
statistic. Under a supposed constant effect τ the outcome is y − τ·d: coefficient and variance are then a
line and a parabola in τ, whose coefficients are computed once and serve every τ of the inversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.model.effect.comparison import Comparison, Flags, Floats, residual_maker

# Numbers held at once per array, whatever the number of units.
_CHUNK_CELLS = 2_000_000
_ZERO = 1e-12
# Squared length of what the design leaves of an assignment; a unit's own flag has length one.
_UNDETERMINED = 1e-10


@dataclass(frozen=True)
class Statistics:
    """Per re-assignment: estimate = slope0 − τ·slope1, variance = v0 − 2τ·v1 + τ²·v2.

    Attributes:
        scale: size of the residual outcome squared; below a trifle of it a variance is zero.
    """

    slope0: Floats
    slope1: Floats
    v0: Floats
    v1: Floats
    v2: Floats
    scale: float

    def squared(self, effect: float) -> Floats:
        """t² of every re-assignment under a supposed effect; infinite where nothing scatters.

        A re-assignment that the strata and covariates determine wholly has no estimate: it counts as
        infinite, which can only raise a p-value.
        """
        estimate = self.slope0 - effect * self.slope1
        variance = self.v0 - (2 * effect) * self.v1 + effect**2 * self.v2
        nothing = _ZERO**2 * (self.scale + effect**2)
        flat = variance <= nothing
        if not flat.any():
            return np.asarray(estimate**2 / variance)
        still = flat & (estimate**2 <= nothing)
        variance[flat] = 1.0
        found = estimate**2 / variance
        found[flat] = np.inf
        found[still] = 0.0
        return np.asarray(found)


def tied(squared: Any) -> Any:
    """From where on a t² counts as large: ties are ties even where the last digits of two sums differ."""
    return squared * (1.0 - 1e-9) - 1e-12


def observed(comparison: Comparison) -> tuple[float, float]:
    """Estimate and HC2 standard error of the treatment as it really was."""
    found = statistics(comparison, comparison.is_treated[None, :])
    return float(found.slope0[0]), float(np.sqrt(max(found.v0[0], 0.0)))


def statistics(comparison: Comparison, flags: Flags) -> Statistics:
    """The five numbers of every re-assignment (rows of `flags`)."""
    maker, leverage = residual_maker(comparison.design)
    outcome = maker @ comparison.outcome
    treated = maker @ comparison.is_treated.astype(float)
    chunk = max(1, _CHUNK_CELLS // comparison.size)
    parts = [
        _chunk(flags[start : start + chunk].astype(float) @ maker, leverage, outcome, treated)
        for start in range(0, len(flags), chunk)
    ]
    slope0, slope1, v0, v1, v2 = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Statistics(slope0, slope1, v0, v1, v2, float(outcome @ outcome))


def weights(assigned: Floats, leverage: Floats) -> tuple[Floats, Floats]:
    """Sum of squares of each residual assignment, and each unit's weight in the HC2 variance.

    A unit that alone determines its coefficient (the only treated one) has no residual; its term is
    left out. t is then too large, but equally so for every re-assignment, which is all that counts.
    """
    squares = assigned**2
    total = squares.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        spare = 1.0 - leverage - squares / total[:, None]
        weight = squares / total[:, None] ** 2 / spare
    weight[~(spare > 1e-9)] = 0.0
    return total, weight


def _chunk(assigned: Floats, leverage: Floats, outcome: Floats, treated: Floats) -> tuple[Floats, ...]:
    total, weight = weights(assigned, leverage)
    undetermined = total <= _UNDETERMINED
    total[undetermined] = 1.0
    slope0, slope1 = assigned @ outcome / total, assigned @ treated / total
    rest0 = outcome - slope0[:, None] * assigned
    rest1 = treated - slope1[:, None] * assigned
    weighted = weight * rest1
    v0 = np.einsum("ij,ij,ij->i", weight, rest0, rest0)
    v1 = np.einsum("ij,ij->i", weighted, rest0)
    v2 = np.einsum("ij,ij->i", weighted, rest1)
    slope0[undetermined], slope1[undetermined] = np.inf, 0.0
    v0[undetermined], v1[undetermined], v2[undetermined] = 1.0, 0.0, 0.0
    return slope0, slope1, v0, v1, v2
