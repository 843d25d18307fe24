"""What cannot be estimated is refused in words: a number made from one group would be believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import nan

import numpy as np
import pytest

from pipelines.errors import KyosoError
from pipelines.model.effect import refusals
from pipelines.model.effect.agreement import counts_of, weighted_kappa
from pipelines.model.effect.assignments import assignments
from pipelines.model.effect.balance import regression_to_the_mean, standardised_difference
from pipelines.model.effect.comparison import compare
from pipelines.model.effect.dose import dose_response
from pipelines.model.effect.estimators import ancova, difference_in_means
from pipelines.model.effect.fisher import fisher_exact
from pipelines.model.effect.sensitivity import at_worst, confounding, leave_one_out

SIX = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]
HALF = [True, False] * 3

REFUSED: dict[str, tuple[type[refusals.CannotEstimate], Callable[[], object]]] = {
    "nobody treated": (refusals.EmptyGroup, lambda: difference_in_means(SIX, [False] * 6)),
    "nobody untreated": (refusals.EmptyGroup, lambda: difference_in_means(SIX, [True] * 6)),
    "nobody at all": (refusals.EmptyGroup, lambda: fisher_exact(0, 0, 1, 3)),
    "same outcome": (refusals.NoVariation, lambda: difference_in_means([2.0] * 6, HALF)),
    "outcome is the baseline": (refusals.NoVariation, lambda: ancova(SIX, SIX, HALF)),
    "same baseline": (refusals.MissingValue, lambda: ancova([1.0] * 6, SIX, HALF)),
    "outcome missing": (refusals.MissingValue, lambda: difference_in_means([*SIX[:5], nan], HALF)),
    "baseline missing": (refusals.MissingValue, lambda: ancova([*SIX[:5], nan], SIX, HALF)),
    "stratum missing": (
        refusals.MissingValue,
        lambda: difference_in_means(SIX, HALF, strata=["a", "a", "a", "a", "a", None]),
    ),
    "strata without contrast": (
        refusals.NoContrast,
        lambda: difference_in_means(SIX, HALF, strata=["a" if flag else "b" for flag in HALF]),
    ),
    "columns differ": (refusals.ShapesDiffer, lambda: difference_in_means(SIX, [True, False])),
    "too many coefficients": (
        refusals.TooFewUnits,
        lambda: compare([1, 2, 4], [True, False, True], covariates=[[1.0], [0.0], [5.0]]),
    ),
    "everybody reached it": (refusals.NoVariation, lambda: fisher_exact(3, 3, 5, 5)),
    "more reached than there are": (refusals.MissingValue, lambda: fisher_exact(4, 3, 1, 5)),
    "one score only": (refusals.NoVariation, lambda: weighted_kappa([[5, 0], [0, 0]], "linear")),
    "nothing scored twice": (refusals.MissingValue, lambda: weighted_kappa(counts_of([], [], 5), "linear")),
    "table not square": (refusals.ShapesDiffer, lambda: weighted_kappa([[5, 0]], "linear")),
    "score off the scale": (refusals.MissingValue, lambda: counts_of([5], [1], 5)),
    "scores of one scorer only": (refusals.ShapesDiffer, lambda: counts_of([1, 2], [1], 5)),
    "no scatter to divide by": (
        refusals.NoVariation,
        lambda: standardised_difference([1.0, 1.0, 2.0, 2.0], [True, True, False, False]),
    ),
    "no baseline scatter": (
        refusals.NoVariation,
        lambda: regression_to_the_mean(
            [1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 3.0, 5.0], [True, True, False, False]
        ),
    ),
    "model fits wholly": (
        refusals.NoVariation,
        lambda: confounding(difference_in_means([1.0, 1.0, 2.0, 2.0], [True, True, False, False])),
    ),
    "two doses": (refusals.TooFewUnits, lambda: dose_response([1, 2], [1, 2])),
    "same dose": (refusals.NoVariation, lambda: dose_response([4, 4, 4], [1, 2, 3])),
    "dose missing": (refusals.MissingValue, lambda: dose_response([4, nan, 4], [1, 2, 3])),
    "doses of others": (refusals.ShapesDiffer, lambda: dose_response([4, 4], [1, 2, 3])),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_japanese(case: str) -> None:
    kind, attempt = REFUSED[case]
    with pytest.raises(kind) as refused:
        attempt()
    assert isinstance(refused.value, KyosoError)
    for text in (refused.value.what, refused.value.todo):
        assert re.search(r"[ぁ-ん].*[。]$", text), text


def test_every_kind_of_refusal_has_a_case() -> None:
    kinds = {
        k for k in vars(refusals).values() if isinstance(k, type) and issubclass(k, refusals.CannotEstimate)
    }
    assert kinds - {refusals.CannotEstimate} == {kind for kind, _ in REFUSED.values()}


def test_the_refusal_names_the_municipality_without_a_value() -> None:
    names = ["海南市", "橋本市", "有田市", "御坊市", "田辺市", "新宮市"]
    with pytest.raises(refusals.MissingValue) as refused:
        difference_in_means([*SIX[:5], nan], HALF, names=names)
    assert refused.value.where == "新宮市"


def test_random_assignments_must_be_asked_for() -> None:
    with pytest.raises(ValueError, match="draws"):
        assignments(np.arange(30) < 8, np.zeros(30, dtype=np.int64), draws=0, seed=1)


def test_leaving_out_the_only_treated_unit_leaves_nothing() -> None:
    found = {
        left.name: left.estimate
        for left in leave_one_out(
            difference_in_means([1.0, 2.0, 4.0, 9.0], [False, False, False, True], names=list("abcd"))
        )
    }
    assert found["d"] is None
    assert found["a"] == pytest.approx(9 - 3)


def test_missing_outcomes_take_the_ends_of_the_scale() -> None:
    against, favour = at_worst(np.array([2.0, nan, 3.0, nan]), [True, True, False, False], 0.0, 4.0)
    assert against.tolist() == [2.0, 0.0, 3.0, 4.0]
    assert favour.tolist() == [2.0, 4.0, 3.0, 0.0]
