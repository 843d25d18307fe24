"""What would change the answer: every check on the plan's list, and those that it left out as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import cast

import numpy as np

from pipelines.model.effect import reading
from pipelines.model.effect.agreement import Weighting, counts_of, weighted_kappa
from pipelines.model.effect.balance import regression_to_the_mean
from pipelines.model.effect.comparison import Comparison
from pipelines.model.effect.dose import dose_response
from pipelines.model.effect.estimate import Main, comparison, shares, unit_of
from pipelines.model.effect.permutation import Estimate, estimate
from pipelines.model.effect.plan import SHARE, Plan, Scoring, Unit
from pipelines.model.effect.refusals import CannotEstimate
from pipelines.model.effect.result import Result, numbers
from pipelines.model.effect.sensitivity import at_worst, confounding, leave_one_out
from pipelines.model.effect.verdict import judge

LOWEST, HIGHEST, _SCORES = 0.0, 4.0, 5
# A check needs a verdict, not three digits of p: beyond this many assignments they are drawn, with a Monte
# Carlo error of 0.15 points of a hundred at 5 %. There are ten checks for every estimate, every night.
_DRAWS = 20_000


@dataclass(frozen=True)
class _Case:
    """One analysis under check."""

    plan: Plan
    main: Main
    everyone: list[Unit]
    scorings: Sequence[Scoring]

    def estimated(self, item: str, columns: Comparison, subject: str = "") -> Result:
        """A check that repeats the estimate on other units or with another method."""
        draws = min(self.plan.draws, _DRAWS)
        found = estimate(columns, alpha=self.plan.alpha, draws=draws, seed=self.plan.seed, limit=_DRAWS)
        return self.stated(item, found, subject)

    def stated(self, item: str, found: Estimate, subject: str = "") -> Result:
        """An estimate as a check, with whether it changes the verdict."""
        verdict = judge(found, self.plan.smallest_worthwhile)
        is_open = not (isfinite(found.low) and isfinite(found.high))
        name = "fisher" if self.plan.outcome == SHARE else "unbounded" if is_open else "estimate"
        text = reading.CHECKS[name].format(
            subject=f"{subject}、" if subject else "",
            change=reading.change(self.main.verdict, verdict.code),
            **self.words(found),
        )
        return Result("check", *self.plan.key, item, subject=subject, reading=text, **numbers(found, verdict))

    def words(self, found: Estimate) -> dict[str, str]:
        """An estimate's numbers as they are written."""
        unit = unit_of(self.plan)
        return {
            "estimate": reading.signed(found.estimate, unit),
            "interval": reading.interval(found.low, found.high, unit),
            "p": f"{found.p_value:.3f}",
        }

    def said(self, item: str, text: str, value: float | None = None, count: int | None = None) -> Result:
        """A check that is a number and a sentence."""
        return Result("check", *self.plan.key, item, value=value, unit_count=count, reading=text)


def run_checks(plan: Plan, main: Main, units: Sequence[Unit], scorings: Sequence[Scoring]) -> list[Result]:
    """Every check that fits the outcome, in a fixed order; one that cannot be made says why."""
    case = _Case(plan, main, [u for u in units if u.is_compared], scorings)
    found: list[Result] = []
    for item, check in (OF_SHARES if plan.outcome == SHARE else OF_SCORES).items():
        try:
            results = check(case)
        except CannotEstimate as refusal:
            results = [case.said(item, reading.CHECKS["cannot"].format(why=refusal.what))]
        found += results
    return [replace(result, position=position) for position, result in enumerate(found, start=1)]


def _other_method(method: str) -> Callable[[_Case], list[Result]]:
    return lambda case: [case.estimated(method, comparison(case.plan, case.main.units, method))]


def _without_strata(case: _Case) -> list[Result]:
    columns = comparison(case.plan, case.main.units, case.plan.method, is_stratified=False)
    return [case.estimated("without_strata", columns)]


def _leave_one_out(case: _Case) -> list[Result]:
    assert case.main.comparison is not None
    left = [one for one in leave_one_out(case.main.comparison) if one.comparison and one.estimate is not None]
    left.sort(key=lambda one: (one.estimate or 0.0, one.name))
    ends = [(left[0], "推定が最も低くなる"), (left[-1], "推定が最も高くなる")] if left else []
    return [
        case.estimated("leave_one_out", one.comparison, f"{one.name}を除くと({words})")
        for one, words in ends
        if one.comparison
    ]


def _without_prior_support(case: _Case) -> list[Result]:
    kept = [u for u in case.main.units if not u.has_prior_support]
    if case.plan.outcome == SHARE:
        return [
            case.stated("without_prior_support", shares(kept, case.plan.alpha), f"残る{len(kept):,}団体では")
        ]
    columns = comparison(case.plan, kept, case.plan.method)
    return [case.estimated("without_prior_support", columns, f"残る{len(kept):,}団体では")]


def _missing(item: str) -> Callable[[_Case], list[Result]]:
    side = ("missing_worst", "missing_best").index(item)

    def check(case: _Case) -> list[Result]:
        lost = len(case.everyone) - len(case.main.units)
        if not lost:
            return [case.said(item, reading.CHECKS["nothing_missing"], count=0)]
        subject = f"欠測の{lost:,}団体を" + ("最も不利に置くと", "最も有利に置くと")[side]
        if case.plan.outcome == SHARE:
            filled = [
                replace(u, outcome_reached=u.is_treated == bool(side)) if u.outcome_reached is None else u
                for u in case.everyone
            ]
            return [case.stated(item, shares(filled, case.plan.alpha), subject)]
        return [
            case.estimated(
                item, comparison(case.plan, _filled(case.everyone, side), case.plan.method), subject
            )
        ]

    return check


def _filled(units: list[Unit], side: int) -> list[Unit]:
    """Missing outcomes at the ends of the scale; a missing baseline at the mean of those known, which moves nothing."""
    after = np.array([np.nan if u.outcome_score is None else u.outcome_score for u in units])
    ends = at_worst(after, [u.is_treated for u in units], LOWEST, HIGHEST)[side]
    known = [u.baseline_score for u in units if u.baseline_score is not None]
    return [
        replace(
            u,
            outcome_score=float(end),
            baseline_score=float(np.mean(known)) if u.baseline_score is None else u.baseline_score,
        )
        for u, end in zip(units, ends, strict=True)
    ]


def _confounding(case: _Case) -> list[Result]:
    assert case.main.comparison is not None
    bound = confounding(case.main.comparison)
    benchmark = (
        ""
        if bound.benchmark is None
        else reading.CHECKS["benchmark"].format(benchmark=f"{bound.benchmark * 100:.0f}")
    )
    text = reading.CHECKS["confounding"].format(
        robustness=f"{bound.robustness * 100:.0f}", benchmark=benchmark
    )
    return [case.said("confounding", text, bound.robustness)]


def _regression_to_mean(case: _Case) -> list[Result]:
    units = case.main.units
    moved = regression_to_the_mean(
        [u.baseline_score or 0.0 for u in units],
        [u.outcome_score or 0.0 for u in units],
        [u.is_treated for u in units],
        strata=[u.stratum for u in units],
    )
    text = reading.CHECKS["regression_to_mean"].format(value=reading.signed(moved, unit_of(case.plan)))
    return [case.said("regression_to_mean", text, moved)]


def _spillover(case: _Case) -> list[Result]:
    untreated = [u for u in case.main.units if not u.is_treated]
    exposed = [u for u in untreated if u.is_exposed]
    kept = [u for u in case.main.units if not u.is_exposed]
    words = {"untreated": f"{len(untreated):,}団体", "exposed": f"{len(exposed):,}団体"}
    share = len(exposed) / len(untreated) if untreated else None
    try:
        repeated = case.estimated("spillover", comparison(case.plan, kept, case.plan.method))
    except CannotEstimate:
        rest = reading.CHECKS["spillover_none"].format(left=f"{len(untreated) - len(exposed):,}団体")
        return [
            case.said(
                "spillover", reading.CHECKS["spillover"].format(rest=rest, **words), share, len(untreated)
            )
        ]
    rest = reading.CHECKS["spillover_rest"].format(
        estimate=reading.signed(repeated.estimate or 0.0, unit_of(case.plan)),
        interval=reading.interval(
            cast("float", repeated.low), cast("float", repeated.high), unit_of(case.plan)
        ),
        change=reading.change(case.main.verdict, str(repeated.verdict)),
    )
    return [replace(repeated, value=share, reading=reading.CHECKS["spillover"].format(rest=rest, **words))]


def _dose_response(case: _Case) -> list[Result]:
    treated = [u for u in case.main.units if u.is_treated]
    found = dose_response(
        [float(u.delivered_visit_count) for u in treated],
        [(u.outcome_score or 0.0) - (u.baseline_score or 0.0) for u in treated],
    )
    text = reading.CHECKS["dose_response"].format(
        slope=reading.signed(10 * found.slope, "点"), rank=reading.signed(found.rank_correlation, "")
    )
    return [case.said("dose_response", text, found.slope, found.unit_count)]


def _agreement(weighting: Weighting) -> Callable[[_Case], list[Result]]:
    def check(case: _Case) -> list[Result]:
        table = counts_of(
            [s.first_score for s in case.scorings], [s.second_score for s in case.scorings], _SCORES
        )
        kappa = weighted_kappa(table, weighting)
        text = reading.CHECKS["agreement"].format(
            count=len(case.scorings), kappa=f"{kappa:.2f}", grade=reading.grade(kappa)
        )
        return [case.said(f"agreement_{weighting}", text, kappa, len(case.scorings))]

    return check


OF_SCORES: dict[str, Callable[[_Case], list[Result]]] = {
    "did": _other_method("did"),
    "difference": _other_method("difference"),
    "without_strata": _without_strata,
    "leave_one_out": _leave_one_out,
    "without_prior_support": _without_prior_support,
    "missing_worst": _missing("missing_worst"),
    "missing_best": _missing("missing_best"),
    "confounding": _confounding,
    "regression_to_mean": _regression_to_mean,
    "spillover": _spillover,
    "dose_response": _dose_response,
    "agreement_linear": _agreement("linear"),
    "agreement_quadratic": _agreement("quadratic"),
}
OF_SHARES = {
    "without_prior_support": _without_prior_support,
    "missing_worst": _missing("missing_worst"),
    "missing_best": _missing("missing_best"),
}
