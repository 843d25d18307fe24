"""From registered analyses to rows: nothing registered may be lost, and nothing unregistered slip in."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import duckdb
import pytest

from pipelines.ingest.contracts import code_books
from pipelines.model.effect.analyse import analyse, results
from pipelines.model.effect.checks import OF_SCORES, OF_SHARES
from pipelines.model.effect.estimate import run
from pipelines.model.effect.fisher import newcombe_interval
from pipelines.model.effect.plan import Plan, Unit
from pipelines.model.effect.result import Result
from tests.unit.model.effect.invented import PLAN, REACHED, changed, reached, scored, scorings


def check(found: list[Result], item: str) -> Result:
    return next(r for r in found if r.kind == "check" and r.item == item)


def test_every_check_of_the_code_book_is_made_once_per_analysis() -> None:
    found = analyse([PLAN, REACHED], scored(0.3) + reached(4, 6, 3, 8), scorings((1, 1), (2, 3)))
    by_analysis = {
        a: [r.item for r in found if r.analysis_id == a and r.kind == "check"] for a in ("A1", "A2")
    }
    assert set(by_analysis["A1"]) == set(code_books()["effect_checks"]) == set(OF_SCORES)
    assert by_analysis["A1"].count("leave_one_out") == 2
    assert set(by_analysis["A2"]) == set(OF_SHARES)
    positions = [r.position for r in found if r.analysis_id == "A1" and r.kind == "check"]
    assert positions == list(range(1, len(OF_SCORES) + 2))


def test_an_analysis_without_outcomes_keeps_its_row_and_has_no_checks() -> None:
    waiting = [replace(u, is_complete=False, outcome_score=None) for u in scored()]
    (only,) = analyse([PLAN], waiting, [])
    assert (only.kind, only.verdict, only.verdict_reason) == ("estimate", "undecided", "no_outcome")
    assert (only.unit_count, only.missing_count, only.estimate) == (0, 30, None)


def test_units_of_other_analyses_stay_out() -> None:
    other = [replace(u, analysis_id="A9", outcome_score=100.0) for u in scored()]
    assert analyse([PLAN], scored(0.3) + other, []) == analyse([PLAN], scored(0.3), [])


def test_missing_outcomes_bound_the_estimate_from_both_sides() -> None:
    lost = changed(
        changed(scored(0.3), 1, is_complete=False, outcome_score=None),
        20,
        is_complete=False,
        outcome_score=None,
    )
    found = analyse([PLAN], lost, [])
    main = found[0]
    assert main.missing_count == 2
    worst, best = check(found, "missing_worst"), check(found, "missing_best")
    assert worst.estimate is not None
    assert main.estimate is not None
    assert best.estimate is not None
    assert worst.estimate < main.estimate < best.estimate
    assert worst.unit_count == best.unit_count == 30


def test_a_gap_before_shows_as_regression_to_the_mean_and_in_the_balance() -> None:
    found = analyse([PLAN], scored(0.3, gap=-0.6), [])
    moved, did = check(found, "regression_to_mean").value, check(found, "did").estimate
    assert moved is not None
    assert did is not None
    assert found[0].estimate is not None
    assert did - found[0].estimate == pytest.approx(moved, abs=0.02)
    line = next(r for r in found if r.kind == "balance" and r.item == "baseline_score")
    assert line.value is not None
    assert line.value < -0.5
    assert line.treated_mean is not None
    assert line.untreated_mean is not None
    assert line.treated_mean < line.untreated_mean


def test_spillover_counts_the_exposed_and_compares_with_the_rest() -> None:
    spill = check(analyse([PLAN], scored(0.3), []), "spillover")
    exposed = [u for u in scored() if not u.is_treated and u.shared_wg_count]
    assert spill.value == pytest.approx(len(exposed) / 21)
    assert spill.unit_count == 30 - len(exposed)


def test_who_had_support_before_is_dropped() -> None:
    units = scored(0.3)
    kept = [u for u in units if not u.has_prior_support]
    dropped = check(analyse([PLAN], units, []), "without_prior_support")
    assert (dropped.unit_count, dropped.treated_count) == (len(kept), sum(u.is_treated for u in kept))
    assert dropped.estimate == run(PLAN, kept).result.estimate
    assert str(len(kept)) in dropped.reading


def test_shares_have_newcombes_interval() -> None:
    # Newcombe (1998), table II (a): 56/70 − 48/80, method 10: 0.0524 to 0.3339.
    low, high = newcombe_interval(56, 70, 48, 80, 0.05)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    result = run(REACHED, reached(6, 6, 0, 8)).result
    assert result.verdict == "met"
    assert result.estimate == 1.0
    assert result.is_exact
    assert run(REACHED, reached(2, 3, 0, 8)).result.verdict_reason == "too_few_treated"
    assert run(REACHED, reached(0, 6, 0, 8)).result.verdict_reason == "cannot_estimate"


def test_rows_of_the_warehouse_become_a_table_of_fixed_types() -> None:
    plan = {f.name: getattr(PLAN, f.name) for f in fields(Plan)} | {
        "alpha": Decimal("0.05"),
        "plan_hash": "h",
    }
    units = [
        {f.name: getattr(u, f.name) for f in fields(Unit)} | {"sort_order": -n}
        for n, u in enumerate(scored(0.3))
    ]
    empty, full = results([], [], []), results([plan], units, [])
    assert empty.schema == full.schema
    assert empty.num_rows == 0
    assert full.num_rows == 1 + len(OF_SCORES) + 1 + 3
    assert full.to_pylist() == results([plan], list(reversed(units)), []).to_pylist()


def test_larger_effects_on_the_sample_move_the_verdict_as_the_plan_says(
    released: duckdb.DuckDBPyConnection,
) -> None:
    def rows(table: str) -> list[dict[str, object]]:
        found = released.execute(f"select * from intermediate.{table} where analysis_id = 'A3'")
        names = [c[0] for c in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    plan = replace(Plan.from_row(rows("int_effect__plans")[0]), draws=4999)
    units = [
        Unit.from_row(r) for r in sorted(rows("int_effect__units"), key=lambda r: str(r["municipality_code"]))
    ]
    now = run(plan, units).result
    assert now.estimate is not None
    assert now.deviation is not None

    def at(effect: float) -> str:
        """The verdict were the estimate exactly so many standard deviations."""
        assert now.deviation is not None
        assert now.estimate is not None
        moved = effect * now.deviation - now.estimate
        return str(
            run(
                plan,
                [
                    replace(u, outcome_score=u.outcome_score + moved)
                    if u.is_treated and u.outcome_score is not None
                    else u
                    for u in units
                ],
            ).result.verdict
        )

    assert [at(sd) for sd in (-0.5, 0.0, 0.5, 1.5)] == ["not_met", "undecided", "met", "met"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"alpha": 5.0}, "有意水準"),
        ({"power": 80.0}, "検出力"),
        ({"smallest_worthwhile": 0.0}, "費用に見合う最小の効果"),
        ({"draws": 10}, "割付けの数"),
        ({"draws": 10**9}, "割付けの数"),
        ({"seed": -1}, "乱数の種"),
        ({"method": "fisher"}, "フィッシャー"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_what_to_type_and_stops_no_night(
    typed: dict[str, float], said: str
) -> None:
    (only,) = analyse([replace(PLAN, **typed)], scored(0.3), [])  # type: ignore[arg-type]
    assert (only.verdict, only.verdict_reason) == ("undecided", "cannot_estimate")
    assert said in only.reading
    assert "してください" in only.reading


def test_more_assignments_than_a_column_holds_are_no_number_and_no_failure() -> None:
    units = [
        replace(unit, municipality_name=f"{copy}{unit.municipality_name}")
        for copy in range(6)
        for unit in reached(4, 6, 14, 24)
    ]
    table = results(
        [vars(REACHED)], [vars(unit) | {"sort_order": number} for number, unit in enumerate(units)], []
    )
    (found,) = [row for row in table.to_pylist() if row["kind"] == "estimate"]
    assert found["assignment_count"] is None
    assert found["unit_count"] == 180
    assert 0 < found["p_value"] < 1
