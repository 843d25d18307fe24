"""If an expectation can be added without proof that it closes the gate, or dropped without anyone
noticing, the officers publish figures that nobody checked.
"""

from __future__ import annotations

import re

import pytest

from pipelines.quality.expectation import Expectation
from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.quality.limits import ALL_LIMITS, Limit
from tests.unit.quality.conftest import Judged
from tests.unit.quality.mutations import MUTATIONS

BY_ID = {expectation.id: expectation for expectation in ALL_EXPECTATIONS}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")
TABLES = sorted(
    {table for e in ALL_EXPECTATIONS for table in (e.table, *e.tables) if table.startswith("mart_")}
)


def _about(table: str) -> list[Expectation]:
    return [e for e in ALL_EXPECTATIONS if table in (e.table, *e.tables)]


def test_every_expectation_is_proved_by_a_mutation_and_none_has_been_dropped() -> None:
    assert len(BY_ID) == len(ALL_EXPECTATIONS)
    assert set(BY_ID) == set(MUTATIONS)


@pytest.mark.parametrize("identity", sorted(MUTATIONS))
def test_a_broken_figure_closes_the_gate_and_is_named(identity: str, judged: Judged) -> None:
    mutation = MUTATIONS[identity]
    (result,) = judged([BY_ID[identity]], mutation.sql)
    assert result.closes
    named = {offender.scope: offender for offender in result.offenders}
    assert mutation.scope in named, f"named instead: {sorted(named)}"
    assert named[mutation.scope].label
    assert named[mutation.scope].observed


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_mart_closes_the_gate(table: str, judged: Judged) -> None:
    assert any(result.closes for result in judged(_about(table), f"delete from {table}"))


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_mart_closes_the_gate_in_words(table: str, judged: Judged) -> None:
    results = judged(_about(table), f"drop table {table}")
    assert results
    for result in results:
        assert result.closes
        assert result.observed == f"表がありません: {table}"


def test_a_missing_column_or_a_changed_type_closes_the_gate_in_words(judged: Judged) -> None:
    dispatch, talent = judged(
        [BY_ID["Q-TALENT-01"], BY_ID["Q-DISPATCH-01"]],
        "alter table mart_talent drop column posting_count",
        "create or replace table mart_dispatch_utilisation as "
        "select * replace ('約百' as utilisation_pct) from mart_dispatch_utilisation",
    )
    assert talent.closes
    assert talent.observed.startswith("表を読めません")
    assert "posting_count" in talent.observed
    assert dispatch.closes
    assert dispatch.observed == "値の型が違うため、検査を実行できません"


@pytest.mark.parametrize("expectation", ALL_EXPECTATIONS, ids=lambda e: e.id)
def test_every_expectation_says_in_japanese_what_why_and_what_to_do(expectation: Expectation) -> None:
    for text in (expectation.title_ja, expectation.why_ja, expectation.what_to_do_ja):
        assert JAPANESE.search(text)
    assert expectation.why_ja.endswith("ため。"), "a reason"
    assert "ください。" in expectation.what_to_do_ja, "something to do"
    assert len(expectation.what_to_do_ja) >= 15
    assert expectation.severity == "error"


@pytest.mark.parametrize("expectation", ALL_EXPECTATIONS, ids=lambda e: e.id)
def test_an_expectation_declares_every_table_it_reads(expectation: Expectation) -> None:
    read = set(re.findall(r"\b(?:from|join)\s+(mart_\w+|dim_\w+|kpi_definitions)", expectation.frame))
    assert read <= {expectation.table, *expectation.tables}


def test_every_limit_is_used_and_explained() -> None:
    used = {
        value for e in ALL_EXPECTATIONS for value in e.check.arguments.values() if isinstance(value, Limit)
    }
    assert used == set(ALL_LIMITS)
    assert all(JAPANESE.search(limit.label) for limit in ALL_LIMITS)


def test_the_prefecture_moves_a_limit_without_code(judged: Judged) -> None:
    def state(*parameters: str) -> str:
        (result,) = judged(
            [BY_ID["Q-DISPATCH-01"]],
            MUTATIONS["Q-DISPATCH-01"].sql,
            "create table staging.stg_policy__parameters (name varchar, value double, valid_from date)",
            *(f"insert into staging.stg_policy__parameters values ({row})" for row in parameters),
        )
        return result.state

    higher = "'gate_utilisation_max_pct', 151, date '2026-04-01'"
    assert state(higher) == "passed"
    assert state("'gate_utilisation_max_pct', 151, date '2026-11-21'") == "failed", "not valid yet"
    assert state(higher, "'gate_utilisation_max_pct', 140, date '2026-10-01'") == "failed", "replaced"


def test_a_year_without_any_stage_yet_is_no_contradiction_between_list_and_figure(judged: Judged) -> None:
    (result,) = judged(
        [BY_ID["Q-KPI-06"]],
        "update mart_stage set stage = null",
        "update mart_kpi set numerator = null, value = null where kpi_id in ('K101', 'K104')",
    )
    assert result.state == "passed"


# What a year begins with: its rows of every municipality, and nothing received.
_NOTHING_YET = (
    "update mart_stage set wave = null where fiscal_year = 2026",
    "delete from mart_dispatch_utilisation where fiscal_year = 2026",
    "delete from mart_wg_outcome where fiscal_year = 2026",
    "update mart_programme_cost set budget_jpy = null where fiscal_year = 2026",
)
_OF_A_BEGUN_YEAR = ("Q-COST-01", "Q-RUN-01", "Q-STAGE-05", "Q-WG-02")


def _on(day: str) -> str:
    return f"create or replace temp view run as select date '{day}' as as_of, 2026 as fiscal_year, true as is_sample"


@pytest.mark.parametrize(
    ("day", "schedule", "state"),
    [
        ("2026-04-01", (), "passed"),
        ("2026-09-30", (), "passed"),
        ("2026-10-01", (), "failed"),
        ("2026-04-01", ("2026-05-29", "2026-10-16"), "passed"),
        ("2026-10-16", ("2026-05-29", "2026-10-16"), "failed"),
        ("2026-10-16", ("2026-11-30", "2026-12-25"), "passed"),
    ],
)
def test_a_year_is_asked_for_its_figures_once_they_are_due(
    day: str, schedule: tuple[str, ...], state: str, judged: Judged
) -> None:
    results = judged(
        [BY_ID[identity] for identity in _OF_A_BEGUN_YEAR],
        *_NOTHING_YET,
        "delete from mart_submission where fiscal_year = 2026",
        *(
            f"insert into mart_submission by name (select 2026 as fiscal_year, '{source}' as source, "
            f"date '{due}' as due_date)"
            for source, due in zip(("register", "assessment"), schedule, strict=False)
        ),
        _on(day),
    )
    assert {result.id: result.state for result in results} == dict.fromkeys(_OF_A_BEGUN_YEAR, state)


def test_a_few_assessments_before_they_are_due_do_not_speak_for_the_prefecture(judged: Judged) -> None:
    (result,) = judged(
        [BY_ID["Q-STAGE-05"]],
        "update mart_stage set wave = null where fiscal_year = 2026 and municipality_code > '302030'",
        "delete from mart_submission where fiscal_year = 2026",
        _on("2026-09-10"),
    )
    assert result.state == "failed"


@pytest.mark.parametrize(
    ("day", "received", "state"),
    [
        ("2026-11-01", "", "passed"),
        ("2026-11-11", "", "passed"),
        ("2026-11-12", "", "failed"),
        # All reports are there: nothing more will come.
        ("2026-11-05", "2026-11-04", "failed"),
    ],
)
def test_a_month_is_compared_once_its_reports_are_due_or_all_there(
    day: str, received: str, state: str, judged: Judged
) -> None:
    received = f"date '{received}'" if received else "null"
    (result,) = judged(
        [BY_ID["Q-DISPATCHMONTH-03"]],
        "update mart_dispatch_month set delivered_visit_count = 0 where month >= '2026-10-01'",
        f"update mart_submission set due_date = date '2026-11-12', received_date = {received} where period = '2026-10'",
        _on(day),
    )
    assert result.state == state


@pytest.mark.parametrize(
    ("day", "last_month_with_posts", "state"),
    [
        ("2026-11-20", "2026-09-01", "passed"),
        ("2027-04-30", "2026-09-01", "passed"),
        ("2027-05-01", "2026-09-01", "failed"),
        ("2026-11-20", "2026-11-01", "passed"),
    ],
)
def test_months_that_no_export_has_reached_yet_are_asked_for_after_half_a_year(
    day: str, last_month_with_posts: str, state: str, judged: Judged
) -> None:
    (result,) = judged(
        [BY_ID["Q-COMM-02"]],
        f"update mart_community set message_count = 0 where month > '{last_month_with_posts}'",
        _on(day),
    )
    assert result.state == state


def test_a_month_without_posts_between_months_with_some_closes_the_gate_at_once(judged: Judged) -> None:
    (result,) = judged(
        [BY_ID["Q-COMM-02"]],
        "update mart_community set message_count = 0 where month = '2026-07-01'",
        _on("2026-11-20"),
    )
    assert [offender.scope for offender in result.offenders] == ["2026-07"]
