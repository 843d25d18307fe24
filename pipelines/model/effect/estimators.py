"""The three estimates, each the treatment's coefficient in a least-squares model of the outcome.

All three assume that units do not affect each other (spillover biases toward zero and is shown), and
that, within strata, treated and untreated units would have fared alike without the treatment, given
what the model accounts for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.model.effect.comparison import Comparison, Flags, Floats, compare
from pipelines.model.effect.refusals import MissingValue

Column = Sequence[float] | Floats
Labels = Sequence[str | int | None] | None


def difference_in_means(
    outcome: Column,
    is_treated: Sequence[bool] | Flags,
    *,
    strata: Labels = None,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Outcome of the treated minus outcome of the untreated (Neyman 1923), within strata where given.

    Raises:
        CannotEstimate: see `compare`.
    """
    return compare(outcome, is_treated, strata=strata, names=names)


def difference_in_differences(
    baseline: Column,
    outcome: Column,
    is_treated: Sequence[bool] | Flags,
    *,
    strata: Labels = None,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Change of the treated minus change of the untreated (Card & Krueger 1994).

    Assumes parallel trends: without the treatment both groups would have moved by the same points.
    When baselines differ, regression to the mean breaks this (`balance.regression_to_the_mean`).

    Raises:
        CannotEstimate: see `compare`.
    """
    change = np.asarray(outcome, dtype=float) - np.asarray(baseline, dtype=float)
    return compare(change, is_treated, strata=strata, names=names)


def ancova(
    baseline: Column,
    outcome: Column,
    is_treated: Sequence[bool] | Flags,
    *,
    strata: Labels = None,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Outcome of the treated minus that of the untreated at the same baseline (Fisher 1932; Lin 2013).

    Assumes that units with the same baseline would have fared alike; the slope on the baseline is taken
    to be the same in both groups. With few units more precise than a difference in differences (Frison
    & Pocock 1992), and the primary estimate here.

    Raises:
        CannotEstimate: see `compare`; a baseline without variation adds nothing, which is refused too.
    """
    before = np.asarray(baseline, dtype=float)
    if len(before) and np.isfinite(before).all() and np.ptp(before) == 0:
        raise MissingValue(
            "基準時の評点がどの団体も同じで、調整に使えません。",
            todo="基準時の調査票を確かめるか、分析計画の方法を「平均の差」にしてください。",
        )
    return compare(outcome, is_treated, strata=strata, covariates=before[:, None], names=names)
