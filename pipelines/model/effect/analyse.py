"""From the registered analyses to the rows of the result tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.model.effect.balance import standardised_difference
from pipelines.model.effect.checks import run_checks
from pipelines.model.effect.estimate import Main, run
from pipelines.model.effect.plan import Plan, Scoring, Unit, of_analysis
from pipelines.model.effect.refusals import CannotEstimate
from pipelines.model.effect.result import Result, columns

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
_COVARIATES = {
    "baseline_score": "基準時の評点",
    "population": "人口",
    "has_prior_support": "過去の個別支援",
}


def analyse(plans: Iterable[Plan], units: Sequence[Unit], scorings: Sequence[Scoring]) -> list[Result]:
    """Estimate, checks and balance of every registered analysis, in the order of the plans."""
    found: list[Result] = []
    for plan in plans:
        own = of_analysis(plan, units)
        main = run(plan, own)
        found.append(main.result)
        if main.units:
            found += run_checks(plan, main, own, of_analysis(plan, scorings))
            found += _balance(plan, main)
    return found


def results(plans: Iterable[Row], units: Iterable[Row], scorings: Iterable[Row]) -> pa.Table:
    """The same from and to tables: what the model in the warehouse calls.

    Args:
        plans: rows of int_effect__plans.
        units: rows of int_effect__units.
        scorings: rows of int_effect__scorings.
    """
    import pyarrow as pa

    found = analyse(
        sorted((Plan.from_row(row) for row in plans), key=lambda plan: plan.key),
        [Unit.from_row(row) for row in sorted(units, key=lambda row: int(row["sort_order"]))],
        [
            Scoring.from_row(row)
            for row in sorted(scorings, key=lambda row: (row["municipality_code"], row["item_no"]))
        ],
    )
    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns().items()])
    return pa.Table.from_pylist([result.row() for result in found], schema=schema)


def _balance(plan: Plan, main: Main) -> list[Result]:
    treated = [u.is_treated for u in main.units]
    lines = []
    for position, (name, label) in enumerate(_COVARIATES.items(), start=1):
        values = [float(getattr(u, name) or 0.0) for u in main.units]
        groups = [
            [v for v, flag in zip(values, treated, strict=True) if flag == side] for side in (True, False)
        ]
        try:
            gap: float | None = standardised_difference(values, treated)
        except CannotEstimate:
            gap = None
        means = [sum(group) / len(group) if group else None for group in groups]
        lines.append(
            Result(
                "balance",
                *plan.key,
                name,
                position,
                label,
                value=gap,
                unit_count=len(values),
                treated_count=sum(treated),
                treated_mean=means[0],
                untreated_mean=means[1],
            )
        )
    return lines
