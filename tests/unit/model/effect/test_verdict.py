"""If a verdict cannot occur, the plan's rule is theatre: each of the three is reached, at its borders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.model.effect.estimators import difference_in_means
from pipelines.model.effect.permutation import Estimate, estimate
from pipelines.model.effect.verdict import judge

GOOD = Estimate(
    estimate=0.5,
    standard_error=0.1,
    p_value=0.01,
    p_error=0.0,
    low=0.3,
    high=0.7,
    level=0.95,
    unit_count=30,
    treated_count=8,
    is_exact=True,
    assignment_count=5_852_925,
    smallest_p=1e-6,
)
# Smallest worthwhile effect 0.4 in all of them.
CASES = {
    "interval above zero, estimate enough": ({}, "met", "worthwhile"),
    "estimate exactly enough": ({"estimate": 0.4}, "met", "worthwhile"),
    "above zero, may be enough, may be not": ({"estimate": 0.39}, "undecided", "difference_too_uncertain"),
    "above zero, never enough": ({"estimate": 0.2, "low": 0.1, "high": 0.39}, "not_met", "small_but_real"),
    "around zero, never enough": ({"estimate": 0.0, "low": -0.3, "high": 0.3}, "not_met", "below_worthwhile"),
    "below zero": ({"estimate": -0.5, "low": -0.7, "high": -0.3}, "not_met", "harmful"),
    "around zero, may be enough": (
        {"estimate": 0.6, "low": -0.1, "high": 1.2},
        "undecided",
        "no_difference_shown",
    ),
    "zero is in the interval's end": ({"low": 0.0}, "undecided", "no_difference_shown"),
    "ends exactly at enough": (
        {"estimate": 0.1, "low": -0.2, "high": 0.4},
        "undecided",
        "no_difference_shown",
    ),
    "interval above zero, test not": ({"p_value": 0.052}, "undecided", "test_disagrees"),
    "interval below zero, test not": (
        {"estimate": -0.5, "low": -0.7, "high": -0.3, "p_value": 0.052},
        "not_met",
        "below_worthwhile",
    ),
    "test exactly at its level": ({"p_value": 0.05}, "met", "worthwhile"),
    "three treated": ({"treated_count": 3}, "undecided", "too_few_treated"),
    "groups too coarse": ({"smallest_p": 0.06}, "undecided", "too_coarse"),
    "attainable exactly": ({"smallest_p": 0.05}, "met", "worthwhile"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_rule_at_its_borders(case: str) -> None:
    changes, code, reason = CASES[case]
    verdict = judge(replace(GOOD, **changes), 0.4)  # type: ignore[arg-type]
    assert (verdict.code, verdict.reason) == (code, reason)


@pytest.mark.parametrize("worthwhile", [0.0, -0.1, float("nan")])
def test_an_effect_that_everything_reaches_is_no_criterion(worthwhile: float) -> None:
    with pytest.raises(ValueError, match="smallest_worthwhile"):
        judge(GOOD, worthwhile)


@pytest.mark.parametrize("effect", [1.0, 100.0])
@pytest.mark.parametrize("treated", [1, 2, 3])
def test_fewer_than_four_treated_never_decide(treated: int, effect: float) -> None:
    rng = np.random.default_rng(treated)
    is_treated = np.arange(30) < treated
    found = estimate(
        difference_in_means(rng.normal(size=30) + effect * is_treated, is_treated),
        alpha=0.05,
        draws=99,
        seed=1,
    )
    assert judge(found, 0.4).code == "undecided"


def test_larger_effects_move_the_verdict_upwards() -> None:
    rng = np.random.default_rng(12)
    noise, is_treated = rng.normal(scale=0.5, size=30), np.arange(30) < 9
    codes = [
        judge(
            estimate(difference_in_means(noise + e * is_treated, is_treated), alpha=0.05, draws=1999, seed=1),
            0.4,
        ).code
        for e in (-0.9, 0.0, 0.9)
    ]
    assert codes[0] == "not_met"
    assert codes[1] == "undecided"
    assert codes[2] == "met"
