"""The registered analysis itself: estimate, interval, verdict and sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from pipelines.model.effect import reading
from pipelines.model.effect.balance import pooled_deviation
from pipelines.model.effect.comparison import Comparison
from pipelines.model.effect.estimators import ancova, difference_in_differences, difference_in_means
from pipelines.model.effect.fisher import fisher_exact, newcombe_interval
from pipelines.model.effect.permutation import Estimate, estimate
from pipelines.model.effect.plan import SHARE, Plan, Unit
from pipelines.model.effect.power import minimum_detectable_effect
from pipelines.model.effect.refusals import CannotEstimate
from pipelines.model.effect.result import Result, numbers
from pipelines.model.effect.verdict import Verdict, judge


@dataclass(frozen=True)
class Main:
    """The registered result with what the checks go on from."""

    result: Result
    units: list[Unit]
    comparison: Comparison | None
    verdict: str


def unit_of(plan: Plan) -> str:
    """What a difference is counted in."""
    return "ポイント" if plan.outcome == SHARE else "点"


def comparison(plan: Plan, units: Sequence[Unit], method: str, *, is_stratified: bool = True) -> Comparison:
    """The units of an analysis as columns.

    Raises:
        CannotEstimate: see `compare`.
    """
    before = [nan if u.baseline_score is None else u.baseline_score for u in units]
    after = [nan if u.outcome_score is None else u.outcome_score for u in units]
    treated = [u.is_treated for u in units]
    strata = [u.stratum for u in units] if is_stratified else None
    names = [u.municipality_name for u in units]
    if method == "did":
        return difference_in_differences(before, after, treated, strata=strata, names=names)
    if method == "difference":
        return difference_in_means(after, treated, strata=strata, names=names)
    return ancova(before, after, treated, strata=strata, names=names)


def shares(units: Sequence[Unit], alpha: float) -> Estimate:
    """Difference of the shares that reached 協働 among those that had not, with Fisher's p.

    Raises:
        CannotEstimate: see `fisher_exact`.
    """
    treated = [bool(u.outcome_reached) for u in units if u.is_treated]
    rest = [bool(u.outcome_reached) for u in units if not u.is_treated]
    test = fisher_exact(sum(treated), len(treated), sum(rest), len(rest))
    low, high = newcombe_interval(sum(treated), len(treated), sum(rest), len(rest), alpha)
    return Estimate(
        test.difference,
        nan,
        float(test.two_sided),
        0.0,
        low,
        high,
        1 - alpha,
        len(units),
        len(treated),
        is_exact=True,
        assignment_count=test.assignment_count,
        smallest_p=float(test.smallest),
    )


def run(plan: Plan, units: Sequence[Unit]) -> Main:
    """Carry out one registered analysis; whatever is in the way becomes its result."""
    compared = [u for u in units if u.is_compared]
    complete = [u for u in compared if u.is_complete]
    counts: dict[str, Any] = {
        "unit_count": len(complete),
        "treated_count": sum(u.is_treated for u in complete),
        "missing_count": len(compared) - len(complete),
    }
    if plan.problem:
        return _without(plan, counts, "cannot_estimate", f"分析計画の{plan.problem}")
    if not complete:
        return _without(plan, counts, "no_units" if plan.outcome_received_date else "no_outcome", "")
    try:
        if plan.outcome == SHARE:
            return _found(plan, complete, counts, shares(complete, plan.alpha), None)
        columns = comparison(plan, complete, plan.method)
        found = estimate(columns, alpha=plan.alpha, draws=plan.draws, seed=plan.seed)
        return _found(plan, complete, counts, found, columns)
    except CannotEstimate as refusal:
        return _without(plan, counts, "cannot_estimate", refusal.what)


def _found(
    plan: Plan, units: list[Unit], counts: dict[str, Any], found: Estimate, columns: Comparison | None
) -> Main:
    verdict = judge(found, plan.smallest_worthwhile)
    mde = deviation = None
    if columns is not None:
        mde = minimum_detectable_effect(columns, alpha=plan.alpha, wanted=plan.power, seed=plan.seed)
        deviation = pooled_deviation([u.baseline_score or 0.0 for u in units], columns.is_treated)
    result = Result(
        "estimate",
        *plan.key,
        minimum_detectable_effect=mde,
        deviation=deviation,
        reading=_sentence(plan, found, verdict, mde),
        **(numbers(found, verdict) | counts),
    )
    return Main(result, units, columns, verdict.code)


def _without(plan: Plan, counts: dict[str, Any], reason: str, why: str) -> Main:
    text = reading.VERDICTS[reason].format(why=why)
    result = Result("estimate", *plan.key, verdict="undecided", verdict_reason=reason, reading=text, **counts)
    return Main(result, [], None, "undecided")


def _sentence(plan: Plan, found: Estimate, verdict: Verdict, mde: float | None) -> str:
    unit = unit_of(plan)
    text = reading.VERDICTS[verdict.reason].format(
        # 「〜より0.31点高く」: the word says the direction.
        estimate=reading.size(found.estimate, unit)
        if found.low > 0 and verdict.reason != "test_disagrees"
        else reading.signed(found.estimate, unit),
        interval=reading.interval(found.low, found.high, unit),
        level=f"{found.level * 100:.0f}",
        worthwhile=reading.size(plan.smallest_worthwhile, unit),
        detectable="" if mde is None else reading.detectable(mde, plan.power, unit),
        treated=found.treated_count,
        smallest_p=f"{found.smallest_p:.3f}",
        p=f"{found.p_value:.3f}",
        alpha=f"{plan.alpha:g}",
    )
    return "".join([reading.POST_HOC if plan.is_post_hoc else "", text, reading.SELF_SELECTED])
