"""The engine itself: what it lists, counts and inverts, checked by hand and by laws that must hold."""

from __future__ import annotations

from itertools import combinations
from math import inf, isinf
from statistics import fmean, variance

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model.effect.assignments import assignments, possible_count
from pipelines.model.effect.comparison import Comparison, compare
from pipelines.model.effect.estimators import ancova, difference_in_means
from pipelines.model.effect.permutation import Estimate, PermutationTest, estimate
from pipelines.model.effect.power import minimum_detectable_effect, power

EIGHT = [12.0, 15.0, 11.0, 19.0, 9.0, 10.0, 8.0, 13.0]
TREATED = [True, True, False, True, False, False, False, True]


def outcome_of(comparison: Comparison, **changes: int) -> Estimate:
    return estimate(comparison, **({"alpha": 0.05, "draws": 999, "seed": 1} | changes))  # type: ignore[arg-type]


def by_hand(outcome: list[float], chosen: tuple[int, ...]) -> float:
    """Welch's t², written out."""
    one = [outcome[i] for i in chosen]
    other = [y for i, y in enumerate(outcome) if i not in chosen]
    return (fmean(one) - fmean(other)) ** 2 / (variance(one) / len(one) + variance(other) / len(other))


def test_eight_units_are_enumerated_as_by_hand() -> None:
    real = tuple(i for i, flag in enumerate(TREATED) if flag)
    every = [by_hand(EIGHT, way) for way in combinations(range(8), 4)]
    assert len(every) == 70
    by_pencil = sum(t >= by_hand(EIGHT, real) * (1 - 1e-9) for t in every) / 70
    found = outcome_of(difference_in_means(EIGHT, TREATED))
    assert found.p_value == pytest.approx(by_pencil)
    assert (found.is_exact, found.assignment_count, found.p_error) == (True, 70, 0.0)
    assert found.estimate == fmean([12, 15, 19, 13]) - fmean([11, 9, 10, 8])


def test_the_most_extreme_split_of_eight_has_two_in_seventy() -> None:
    found = outcome_of(difference_in_means(range(8), [False] * 4 + [True] * 4))  # type: ignore[arg-type]
    assert found.p_value == found.smallest_p == pytest.approx(2 / 70)


def test_one_treated_among_27_gives_no_p_below_1_in_27() -> None:
    outcome = [float(n % 7) for n in range(26)] + [1e6]
    found = outcome_of(difference_in_means(outcome, [False] * 26 + [True]))
    assert found.p_value >= 1 / 27
    assert found.smallest_p >= 1 / 27


def test_too_few_assignments_exclude_no_effect_at_all() -> None:
    found = outcome_of(difference_in_means([1, 2, 3, 9], [False] * 3 + [True]))
    assert found.p_value == 0.25
    assert (found.low, found.high) == (-inf, inf)
    assert (
        minimum_detectable_effect(difference_in_means([1, 2, 3, 9], [False] * 3 + [True]), alpha=0.05) == inf
    )


def test_strata_allow_only_their_own_assignments() -> None:
    is_treated = np.array([True, False, False, True, True, False, False])
    strata = np.array([0, 0, 0, 1, 1, 1, 1])
    listed = assignments(is_treated, strata, draws=0, seed=1)
    assert possible_count(is_treated, strata) == len(listed.flags) == 3 * 6
    assert len({tuple(row) for row in listed.flags}) == 18
    assert (listed.flags[:, strata == 0].sum(axis=1) == 1).all()
    drawn = assignments(is_treated, strata, draws=400, seed=1, limit=17)
    assert not drawn.is_exact
    assert {tuple(row) for row in drawn.flags} == {tuple(row) for row in listed.flags}


def test_every_unit_is_drawn_as_often_as_it_should() -> None:
    is_treated, strata = np.arange(30) < 8, np.zeros(30, dtype=np.int64)
    drawn = assignments(is_treated, strata, draws=20_000, seed=5)
    assert np.abs(drawn.flags.mean(axis=0) - 8 / 30).max() < 5 * (8 / 30 * 22 / 30 / 20_000) ** 0.5


def test_monte_carlo_agrees_with_exact_within_its_stated_error() -> None:
    rng = np.random.default_rng(4)
    before, is_treated = rng.normal(size=20), np.arange(20) < 6
    comparison = ancova(before, before + rng.normal(size=20) + 0.8 * is_treated, is_treated)
    exact = outcome_of(comparison)
    drawn = outcome_of(comparison, draws=20_000, limit=10)
    assert exact.is_exact
    assert not drawn.is_exact
    assert drawn.p_error > 0
    assert abs(drawn.p_value - exact.p_value) < 4 * drawn.p_error + 1 / 20_000
    assert drawn.low == pytest.approx(exact.low, abs=0.1)
    assert drawn.high == pytest.approx(exact.high, abs=0.1)
    assert outcome_of(comparison, draws=500, limit=10) == outcome_of(comparison, draws=500, limit=10)


def test_a_drawn_p_value_is_never_zero() -> None:
    rng = np.random.default_rng(3)
    is_treated = np.arange(30) < 8
    found = outcome_of(difference_in_means(rng.normal(size=30) + 50 * is_treated, is_treated))
    assert found.p_value == found.smallest_p == 1 / 1000


def test_strata_with_levels_of_their_own_are_compared_within() -> None:
    # 大: 10, 12 against 8; 小: 3 against 0, 1, 2. Within: +3 and +2, weighted by n1·n0 ÷ n = 2/3 and 3/4.
    outcome = [10.0, 12.0, 8.0, 3.0, 0.0, 1.0, 2.0]
    is_treated = [True, True, False, True, False, False, False]
    found = outcome_of(difference_in_means(outcome, is_treated, strata=["大"] * 3 + ["小"] * 4))
    assert found.estimate == pytest.approx((3 * 2 / 3 + 2 * 3 / 4) / (2 / 3 + 3 / 4))
    assert found.assignment_count == 3 * 4


def test_the_interval_is_what_the_test_does_not_reject() -> None:
    comparison = difference_in_means(EIGHT, TREATED)
    test = PermutationTest(comparison, assignments(comparison.is_treated, comparison.strata, draws=1, seed=1))
    low, high = test.interval(0.05)
    for end, outward in ((low, -1), (high, 1)):
        assert test.p_value(end) <= 0.05, "the end is the first value that the test rejects"
        assert test.p_value(end + outward * 1e-6) <= 0.05
        assert test.p_value(end - outward * 1e-3) > 0.05


def test_what_the_inversion_supposes_is_what_subtracting_the_effect_gives() -> None:
    rng = np.random.default_rng(8)
    before, is_treated = rng.normal(size=14), np.arange(14) % 3 == 0
    after = before + rng.normal(size=14)
    whole = ancova(before, after, is_treated)
    drawn = assignments(whole.is_treated, whole.strata, draws=1, seed=1)
    shifted = ancova(before, after - 0.7 * is_treated, is_treated)
    assert PermutationTest(whole, drawn).p_value(0.7) == PermutationTest(shifted, drawn).p_value(0.0)


def test_an_assignment_that_a_covariate_determines_counts_as_extreme() -> None:
    # Treating exactly the units with covariate 1 leaves nothing to estimate by.
    comparison = compare(
        [1.0, 2.0, 4.0, 3.0, 5.0, 9.0],
        [True, False, True, False, True, False],
        covariates=[[1.0], [1.0], [1.0], [0.0], [0.0], [0.0]],
    )
    test = PermutationTest(comparison, assignments(comparison.is_treated, comparison.strata, draws=1, seed=1))
    assert np.isinf(test._all.squared(0.0)).sum() == 2
    assert test.p_value() >= 2 / 20


def test_power_grows_with_the_effect_and_is_the_level_without_one() -> None:
    rng = np.random.default_rng(1)
    before, is_treated = rng.normal(size=30), np.arange(30) < 8
    comparison = ancova(before, 0.7 * before + rng.normal(size=30), is_treated)
    powers = [power(comparison, effect, alpha=0.05, draws=999, worlds=300) for effect in (0.0, 0.5, 1.0, 2.0)]
    assert powers == sorted(powers)
    assert powers[0] < 0.1
    assert powers[-1] > 0.9
    found = minimum_detectable_effect(comparison, alpha=0.05, draws=999, worlds=300)
    assert power(comparison, found, alpha=0.05, draws=999, worlds=300) == pytest.approx(0.8, abs=0.01)


units = st.integers(6, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-40, 40).map(lambda i: i / 8), min_size=n, max_size=n, unique=True),
        st.integers(2, n - 2),
        st.permutations(range(n)),
    )
)


@settings(max_examples=15, deadline=None)
@given(units)
def test_laws_of_the_test(drawn: tuple[list[float], int, list[int]]) -> None:
    outcome, count, order = drawn
    is_treated = [n < count for n in range(len(outcome))]
    found = outcome_of(difference_in_means(outcome, is_treated))
    assert 0 < found.smallest_p <= found.p_value <= 1
    assert found.low <= found.estimate <= found.high
    assert (found.p_value <= 0.05) == (not found.low < 0 < found.high) or isinf(found.low) or has_gap(found)
    # Neither the order of the units, nor the zero, nor the unit of the outcome changes p.
    mixed = outcome_of(difference_in_means([outcome[i] for i in order], [is_treated[i] for i in order]))
    moved = outcome_of(difference_in_means([8 * y + 100 for y in outcome], is_treated))
    swapped = outcome_of(difference_in_means(outcome, [not flag for flag in is_treated]))
    assert mixed.p_value == moved.p_value == swapped.p_value == found.p_value
    assert mixed.estimate == pytest.approx(found.estimate)
    assert moved.estimate == pytest.approx(8 * found.estimate)
    assert swapped.estimate == pytest.approx(-found.estimate)
    if not isinf(found.low):
        assert moved.low == pytest.approx(8 * found.low, abs=1e-4)
        assert swapped.high == pytest.approx(-found.low, abs=1e-4)


def has_gap(found: Estimate) -> bool:
    """An interval that spans a rejected zero: allowed, because it can only be wider."""
    return found.p_value <= 0.05 and found.low < 0 < found.high
