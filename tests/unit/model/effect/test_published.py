"""Numbers that others have published: a method that misses them would misjudge the programme as surely."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from pipelines.model.effect.agreement import counts_of, weighted_kappa
from pipelines.model.effect.balance import regression_to_the_mean, standardised_difference
from pipelines.model.effect.dose import dose_response
from pipelines.model.effect.estimators import ancova, difference_in_differences, difference_in_means
from pipelines.model.effect.fisher import fisher_exact
from pipelines.model.effect.power import minimum_detectable_effect
from pipelines.model.effect.sensitivity import robustness_value
from pipelines.model.effect.studentised import observed


def with_moments(count: int, mean: float, standard_error: float) -> list[float]:
    """Any sample whose mean and standard error are the published ones."""
    shape = np.linspace(-1, 1, count)
    shape -= shape.mean()
    return list(mean + shape / shape.std(ddof=1) * standard_error * sqrt(count))


def test_the_lady_tasting_tea() -> None:
    # Fisher (1935), The Design of Experiments, ch. 2: eight cups, four with milk first.
    all_right, one_wrong = fisher_exact(4, 4, 0, 4), fisher_exact(3, 4, 1, 4)
    assert all_right.greater == Fraction(1, 70)
    assert one_wrong.greater == Fraction(17, 70)
    assert all_right.two_sided == Fraction(2, 70)
    assert one_wrong.two_sided == Fraction(34, 70)
    assert one_wrong.mid_two_sided == Fraction(2, 70) + Fraction(16, 70)
    assert one_wrong.smallest == Fraction(2, 70)
    assert all_right.difference == 1.0


def test_fisher_counts_by_likelihood_not_by_doubling() -> None:
    # Convicted same-sex twins of criminals (Fisher 1935, from Lange): 10 of 13 monozygotic, 2 of 17
    # dizygotic; R's documentation of fisher.test gives 0.0005367 two-sided and 0.0004652 one-sided.
    twins = fisher_exact(10, 13, 2, 17)
    assert float(twins.two_sided) == pytest.approx(0.0005367, abs=5e-8)
    assert float(twins.greater) == pytest.approx(0.0004652, abs=5e-8)


def test_the_minimum_wage_study() -> None:
    # Card & Krueger (1994), AER 84(4), table 3, row 4 (balanced sample of stores): change in full-time
    # equivalents 0.47 (s.e. 0.48) in New Jersey, −2.28 (1.25) in Pennsylvania; difference 2.75 (1.34).
    change = with_moments(309, 0.47, 0.48) + with_moments(75, -2.28, 1.25)
    is_treated = [True] * 309 + [False] * 75
    before = list(np.linspace(5, 40, 384))
    after = [b + c for b, c in zip(before, change, strict=True)]
    estimate, standard_error = observed(difference_in_differences(before, after, is_treated))
    assert estimate == pytest.approx(2.75, abs=0.005)
    assert standard_error == pytest.approx(1.34, abs=0.005)


def test_without_covariates_the_robust_error_is_that_of_welch() -> None:
    # Student's sleep data (1908; R's `sleep`): Welch t = −1.8608, df 17.776.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    estimate, error = observed(difference_in_means(first + second, [True] * 10 + [False] * 10))
    assert estimate == pytest.approx(-1.58)
    assert estimate / error == pytest.approx(-1.8608, abs=5e-5)


def test_kappa_of_husbands_and_wives() -> None:
    # Hout, Duncan & Sobel (1987), as `SexualFun` in R's package vcd; its documentation of Kappa gives
    # 0.1293 unweighted and 0.2374 with equal-spacing weights.
    table = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
    assert weighted_kappa(table, "none") == pytest.approx(0.1293, abs=5e-5)
    assert weighted_kappa(table, "linear") == pytest.approx(0.2374, abs=5e-5)


def test_quadratic_kappa_is_lins_concordance() -> None:
    # Fleiss & Cohen (1973): with quadratic weights κ is 2·cov ÷ (var + var + squared gap of the means).
    rng = np.random.default_rng(3)
    one = rng.integers(0, 5, 60)
    other = np.clip(one + rng.integers(-1, 2, 60), 0, 4)
    expected = (
        2 * np.cov(one, other, ddof=0)[0, 1] / (one.var() + other.var() + (one.mean() - other.mean()) ** 2)
    )
    table = counts_of(one.tolist(), other.tolist(), 5)
    assert weighted_kappa(table, "quadratic") == pytest.approx(expected)
    assert weighted_kappa(counts_of([0, 1, 4], [0, 1, 4], 5), "quadratic") == 1.0


def test_robustness_value_of_the_darfur_study() -> None:
    # Cinelli & Hazlett (2020), table 1: estimate 0.097, s.e. 0.023, t 4.18, df 783: RV 13.9 %, R² 2.2 %.
    assert robustness_value(4.18, 783) == pytest.approx(0.139, abs=5e-4)
    assert abs(4.18**2 / (4.18**2 + 783) - 0.022) < 5e-4
    assert robustness_value(4.18, 783, share=0.5) < robustness_value(4.18, 783)


def test_lords_paradox_has_the_size_of_regression_to_the_mean() -> None:
    rng = np.random.default_rng(11)
    is_treated = np.arange(30) < 8
    before = rng.normal(size=30) - 0.8 * is_treated
    after = 0.6 * before + rng.normal(scale=0.4, size=30)
    strata = ["大" if n % 2 else "小" for n in range(30)]
    by_change = observed(difference_in_differences(before, after, is_treated, strata=strata))[0]
    adjusted = observed(ancova(before, after, is_treated, strata=strata))[0]
    # What ANCOVA takes out of the difference in differences (Lord 1967).
    assert regression_to_the_mean(before, after, is_treated, strata=strata) == pytest.approx(
        by_change - adjusted
    )


def test_standardised_difference_divides_by_the_mean_of_the_variances() -> None:
    # Austin (2009), eq. 1: (3 − 1) ÷ √((4 + 1) ÷ 2).
    assert standardised_difference([1, 3, 5, 0, 1, 2], [True] * 3 + [False] * 3) == pytest.approx(
        2 / sqrt(2.5)
    )


def test_dose_response_ranks_ties_by_their_mean() -> None:
    # Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: Spearman's r by hand is 4.5 ÷ √(4.5 · 5).
    found = dose_response([10, 20, 20, 30], [0.1, 0.3, 0.2, 0.4])
    assert found.rank_correlation == pytest.approx(4.5 / sqrt(22.5))
    assert found.slope == pytest.approx(0.015)


def test_thirty_units_with_eight_treated_detect_little_less_than_a_deviation() -> None:
    # Normal theory with equal variances: (t + z)·√(1 − 0.7²)·√(1/8 + 1/22) = 0.86 at 80 % power, 5 %
    # two-sided. A test that holds with unequal variances needs a little more; tests/simulations has the
    # power that it really has there.
    rng = np.random.default_rng(2026)
    found = []
    for _ in range(12):
        before = rng.normal(size=30)
        after = 0.7 * before + sqrt(1 - 0.49) * rng.normal(size=30)
        design = ancova(before, after, np.arange(30) < 8)
        found.append(minimum_detectable_effect(design, alpha=0.05, draws=499, worlds=200))
    assert 0.86 < np.mean(found) < 1.0
