"""What would change the answer: one unit less, missing outcomes at their worst, a confounder nobody saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from pipelines.model.effect.comparison import Comparison, Flags, Floats, residual_maker
from pipelines.model.effect.refusals import CannotEstimate, NoVariation
from pipelines.model.effect.studentised import observed


@dataclass(frozen=True)
class LeftOut:
    """The comparison without one unit; `comparison` is None where nothing is left to compare."""

    name: str
    comparison: Comparison | None
    estimate: float | None


def leave_one_out(comparison: Comparison) -> list[LeftOut]:
    """The estimate without each unit in turn (Quenouille's jackknife, used to find who carries the result)."""
    found = []
    for position, name in enumerate(comparison.names):
        keep = np.arange(comparison.size) != position
        try:
            rest = comparison.kept(keep)
        except CannotEstimate:
            found.append(LeftOut(name, None, None))
            continue
        found.append(LeftOut(name, rest, observed(rest)[0]))
    return found


def at_worst(
    outcome: Floats, is_treated: Sequence[bool] | Flags, lowest: float, highest: float
) -> tuple[Floats, Floats]:
    """Outcomes with the missing ones filled against the treatment, and in its favour.

    Manski's bounds (Horowitz & Manski 2000): whatever a unit would have scored lies between the ends of
    the scale, so the estimate lies between those of the two returned columns. No assumption is made
    about why a value is missing.
    """
    lost, treated = ~np.isfinite(outcome), np.asarray(is_treated, dtype=bool)
    against, favour = outcome.copy(), outcome.copy()
    against[lost & treated], against[lost & ~treated] = lowest, highest
    favour[lost & treated], favour[lost & ~treated] = highest, lowest
    return against, favour


@dataclass(frozen=True)
class Confounding:
    """How strong an unseen confounder had to be.

    Attributes:
        robustness: share (0–1) of what is left of both treatment and outcome that it would have to
            explain to bring the estimate to zero; more is sturdier.
        partial_r2: share of the outcome's rest that the treatment explains: what an extreme confounder,
            explaining all of the outcome, must explain of the treatment.
        benchmark: the same share for the strongest covariate that was seen, for comparison; None without.
    """

    robustness: float
    partial_r2: float
    benchmark: float | None


def robustness_value(t: float, degrees_of_freedom: int, share: float = 1.0) -> float:
    """Robustness value of Cinelli & Hazlett (2020, JRSS B 82:39–67, eq. 18).

    Args:
        t: the estimate's classical t statistic.
        degrees_of_freedom: of the regression.
        share: 1 to bring the estimate to zero, 0.5 to halve it.
    """
    strength = share * abs(t) / sqrt(degrees_of_freedom)
    return 0.5 * (sqrt(strength**4 + 4 * strength**2) - strength**2)


def confounding(comparison: Comparison) -> Confounding:
    """Bound on omitted confounding, from the regression the estimate comes from (classical t).

    Raises:
        NoVariation: the model fits without any rest, so that no bound exists.
    """
    design = np.column_stack([comparison.is_treated.astype(float), comparison.design])
    t, freedom = _classical_t(design, comparison.outcome)
    seen = range(design.shape[1] - comparison.covariates.shape[1], design.shape[1])
    shares = []
    for column in seen:
        order = [column, *(c for c in range(design.shape[1]) if c != column)]
        other, _ = _classical_t(design[:, order], comparison.outcome)
        shares.append(other**2 / (other**2 + freedom))
    return Confounding(robustness_value(t, freedom), t**2 / (t**2 + freedom), max(shares, default=None))


def _classical_t(design: Floats, outcome: Floats) -> tuple[float, int]:
    """The first column's t, with equal variances: what partial R² is made of."""
    maker, _ = residual_maker(design[:, 1:])
    full, _ = residual_maker(design)
    column = maker @ design[:, 0]
    rest = full @ outcome
    freedom = len(outcome) - int(np.linalg.matrix_rank(design))
    variance = float(rest @ rest) / freedom
    if variance <= 1e-24 * max(1.0, float(outcome @ outcome)):
        raise NoVariation(
            "残差がないため、交絡の強さを見積もれません。",
            todo="評点が正しく提出されているか確かめてください。",
        )
    return float(column @ outcome) / sqrt(variance * float(column @ column)), freedom
