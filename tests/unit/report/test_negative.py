"""What did not work. A rule that stops finding its cases would turn the report into an advertisement."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.report.document import Paragraph, Report, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import negative
from pipelines.report.sections.negative_cases import RULES, Case, cases
from tests.unit.report.reading import Rows

Found = Callable[..., dict[str, list[Case]]]
# One thing gone wrong per rule, and what must then be listed.
WRONG = {
    "targets": (
        "update mart_kpi set value = 1, target = 2 where kpi_id = 'K204' and municipality_code is null",
        "K204",
    ),
    "criteria": (
        "update mart_decision set verdict = 'not_met', statement = '試験の基準' where criterion_id = 'D7'",
        "試験の基準",
    ),
    "effects": (
        "update mart_effect set verdict = 'not_met', estimate = -0.2, analysis_id = 'A77' where role = 'primary'",
        "分析A77",
    ),
    "stages": (
        "update mart_stage_transition set to_stage = 'below', rank_change = -2 "
        "where municipality_name = '橋本市' and fiscal_year = 2026 and is_latest_comparable",
        "橋本市",
    ),
    "confirm": (
        "update mart_stage set is_to_confirm = true, stage = 'below' where municipality_name = '橋本市' and fiscal_year = 2026",
        "橋本市",
    ),
    "wgs": (
        "update mart_wg_outcome set status = 'finished', has_concrete_outcome = false, wg_name = '終わったWG' "
        "where wg_id = (select min(wg_id) from mart_wg_outcome where fiscal_year = 2026)",
        "終わったWG",
    ),
    "onsite": (
        "update mart_dispatch_month set has_onsite_visit = false where municipality_name = '海南市' and month = '2026-07-01'",
        "海南市 7月",
    ),
    "goals": (
        "update mart_dispatch_utilisation set goal_count = 99 where municipality_name = '海南市' and fiscal_year = 2026",
        "海南市",
    ),
    "procurement": (
        "update mart_joint_procurement set saving_jpy = -1, case_name = '割高の案件' "
        "where case_id = (select min(case_id) from mart_joint_procurement where fiscal_year = 2026)",
        "割高の案件",
    ),
    "talent": (
        "update mart_talent set early_end_count = 1 where municipality_name = '海南市' and fiscal_year = 2026",
        "海南市",
    ),
}


@pytest.fixture
def found(release: Path, tmp_path: Path) -> Found:
    """What the rules find after SQL in a copy of the release."""

    def _found(*statements: str) -> dict[str, list[Case]]:
        folder = tmp_path / "candidate"
        shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
        with duckdb.connect(folder / "warehouse.duckdb") as con:
            for statement in statements:
                con.execute(statement)
        facts = Facts(folder)
        try:
            return cases(facts)
        finally:
            facts.close()

    return _found


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_goes_wrong_is_listed_under_its_rule(found: Found, rule: str) -> None:
    statement, words = WRONG[rule]
    rows = found(statement)[rule]
    assert any(words in case[0] for case in rows), rows
    assert all(all(case) for case in rows)


def test_every_case_of_the_sample_is_listed_and_counted(report: Report, marts: Rows) -> None:
    section = next(s for s in report.sections if s.key == "negative")
    shown = {b.key: b for b in section.blocks if isinstance(b, Table)}
    counts = {line[0].text: line[2].number or 0 for line in shown["negative_rules"].rows}
    assert list(counts) == [name for name, _ in RULES.values()]
    assert sum(counts.values()) == len(shown["negative_cases"].rows)
    for name, count in counts.items():
        assert shown["negative_cases"].groups.count(name) == count
    (fell,) = marts(
        "select count(*) as n from mart_dispatch_month where fiscal_year = 2026 and is_full_month and is_elapsed "
        "and not has_onsite_visit"
    )
    assert counts["現地訪問のない月"] == fell["n"] > 0


def test_a_programme_without_failures_says_by_which_rules_it_was_looked_for(emptied: Path) -> None:
    facts = Facts(emptied)
    try:
        section = negative.build(facts)
    finally:
        facts.close()
    rules = next(b for b in section.blocks if isinstance(b, Table) and b.key == "negative_rules")
    assert [line[0].text for line in rules.rows] == [name for name, _ in RULES.values()]
    none = [line for line in rules.rows if line[2].text == "該当なし"]
    # Targets without a value are still targets that were not reached.
    assert len(none) == len(RULES) - 1
    assert isinstance(section.blocks[0], Paragraph)
