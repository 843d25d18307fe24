"""How alike the groups were before: standardised differences, and what regression to the mean does."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from pipelines.model.effect.comparison import Flags, Floats, compare, residual_maker
from pipelines.model.effect.refusals import NoVariation

Column = Sequence[float] | Floats


def pooled_deviation(values: Column, is_treated: Sequence[bool] | Flags) -> float:
    """Square root of the mean of the two groups' variances, in the unit of the values.

    Raises:
        CannotEstimate: see `compare`; NoVariation when neither group scatters.
    """
    checked = compare(values, is_treated)
    groups = checked.outcome[checked.is_treated], checked.outcome[~checked.is_treated]
    # A group of one has no variance of its own; the other's then stands for both.
    variances = [float(np.var(group, ddof=1)) for group in groups if len(group) > 1]
    deviation = sqrt(sum(variances) / len(variances))
    if deviation == 0:
        raise NoVariation(
            "両群とも値にばらつきがありません。", todo="評点が正しく提出されているか確かめてください。"
        )
    return deviation


def standardised_difference(values: Column, is_treated: Sequence[bool] | Flags) -> float:
    """Mean of the treated minus mean of the untreated, in pooled standard deviations (Austin 2009).

    Beyond 0.25 in size, adjustment by a regression is fragile (Rubin 2001; Imbens & Rubin 2015, ch. 14).

    Raises:
        CannotEstimate: see `pooled_deviation`.
    """
    checked = compare(values, is_treated)
    gap = checked.outcome[checked.is_treated].mean() - checked.outcome[~checked.is_treated].mean()
    return float(gap) / pooled_deviation(values, is_treated)


def regression_to_the_mean(
    baseline: Column,
    outcome: Column,
    is_treated: Sequence[bool] | Flags,
    *,
    strata: Sequence[str | int | None] | None = None,
) -> float:
    """How much of a difference in differences comes from unequal baselines alone, in points.

    Extreme units move back toward the mean (Galton 1886; Barnett, van der Pols & Dobson 2005). With
    slope b of outcome on baseline within groups and a baseline gap g, the untreated expectation of the
    difference in differences is (b − 1)·g, which is exactly what ANCOVA takes out (Lord 1967).
    Positive: the treated would have gained on the others without any treatment.

    Raises:
        CannotEstimate: see `compare`.
    """
    checked = compare(
        outcome, is_treated, strata=strata, covariates=np.asarray(baseline, dtype=float)[:, None]
    )
    levels = checked.design[:, :-1]
    within, _ = residual_maker(np.column_stack([levels, checked.is_treated]))
    between, _ = residual_maker(levels)
    before = np.asarray(baseline, dtype=float)
    scatter = float(before @ within @ before)
    if scatter <= 1e-12 * max(1.0, float(before @ before)):
        raise NoVariation("基準時の評点にばらつきがありません。", todo="基準時の調査票を確かめてください。")
    slope = float(before @ within @ checked.outcome) / scatter
    treated = between @ checked.is_treated.astype(float)
    gap = float(treated @ before) / float(treated @ treated)
    return (slope - 1.0) * gap
