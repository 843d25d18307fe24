"""The evaluation's own chapter: a number or a verdict that differs from the mart would decide over money."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.report.document import Answer, Bullets, Figure, Paragraph, Report, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import effect, summary
from pipelines.report.sections.effect import NO_PLAN
from tests.unit.report.reading import Rows

Changed = Callable[..., tuple[Section, Answer]]


@pytest.fixture
def changed(release: Path, tmp_path: Path) -> Changed:
    """The chapter and the first page's answer after SQL in a copy of the release."""

    def _changed(*statements: str, is_withdrawn: bool = False) -> tuple[Section, Answer]:
        folder = tmp_path / "candidate"
        shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
        if is_withdrawn:
            withdraw_the_plan(folder / "control" / "submissions.parquet")
        with duckdb.connect(folder / "warehouse.duckdb") as con:
            for statement in statements:
                con.execute(statement)
        facts = Facts(folder)
        try:
            return effect.build(facts), summary.answer(facts)
        finally:
            facts.close()

    return _changed


def withdraw_the_plan(submissions: Path) -> None:
    """Every plan as the control tables have it once policy has taken it back."""
    with duckdb.connect() as con:
        con.execute(
            "create table s as select * replace (is_in_force and dataset <> 'policy__analysis_plans' as is_in_force)"
            f" from read_parquet('{submissions}')"
        )
        con.table("s").write_parquet(str(submissions))


def chapter(report: Report) -> Section:
    return next(s for s in report.sections if s.key == "effect")


def tables(section: Section) -> dict[str, Table]:
    return {b.key: b for b in section.blocks if isinstance(b, Table)}


def said(section: Section) -> str:
    texts = [b.lead + b.because for b in section.blocks if isinstance(b, Answer)]
    texts += [b.text for b in section.blocks if isinstance(b, Paragraph)]
    return "".join(texts + [item for b in section.blocks if isinstance(b, Bullets) for item in b.items])


def test_every_registered_analysis_is_listed_with_the_marts_verdict(report: Report, marts: Rows) -> None:
    rows = marts("select * from mart_effect order by plan_id, analysis_id")
    table = tables(chapter(report))["effect_analyses"]
    names = {"met": "満たす", "not_met": "満たさない", "undecided": "判定不能"}
    assert [line[0].text.split()[0] for line in table.rows] == [r["analysis_id"] for r in rows]
    assert [line[-2].text for line in table.rows] == [names[str(r["verdict"])] for r in rows]
    assert [line[-1].text for line in table.rows] == [r["registration_ja"] for r in rows]
    assert [line[6].number for line in table.rows] == [r["p_value"] for r in rows]


def test_the_figure_shows_the_marts_estimate_interval_and_thresholds(report: Report, marts: Rows) -> None:
    figure = next(b for b in chapter(report).blocks if isinstance(b, Figure))
    name = figure.table.rows[0][0].text.split()[0]
    (row,) = marts(f"select * from mart_effect where analysis_id = '{name}'")
    columns = (
        "estimate",
        "interval_low",
        "interval_high",
        "minimum_detectable_effect",
        "smallest_worthwhile",
    )
    assert [cell.number for cell in figure.table.rows[0][1:]] == [row[c] for c in columns]
    assert figure.svg


def test_every_check_is_shown_with_its_sentence(report: Report, marts: Rows) -> None:
    rows = marts("select * from mart_effect_sensitivity order by plan_id, analysis_id, position")
    table = tables(chapter(report))["effect_sensitivity"]
    assert [line[1].text for line in table.rows] == [r["reading_ja"] for r in rows]
    assert [line[3].text == "登録" for line in table.rows] == [r["is_registered"] for r in rows]


def test_the_first_sentence_answers_and_the_plan_is_named_with_its_hash(report: Report, marts: Rows) -> None:
    section = chapter(report)
    assert isinstance(section.blocks[0], Answer)
    assert section.blocks[0].lead.endswith("(判定不能)。")
    (plan,) = marts("select distinct plan_hash, plan_id from mart_effect")
    assert str(plan["plan_hash"])[:12] in said(section)
    assert "事前登録によるものです" in said(section)


@pytest.mark.parametrize(
    ("verdict", "words"), [("met", "(満たす)"), ("not_met", "(満たさない)"), ("undecided", "(判定不能)")]
)
def test_the_verdict_of_the_headline_reaches_the_first_page(
    changed: Changed, verdict: str, words: str
) -> None:
    section, first = changed(f"update mart_effect set verdict = '{verdict}'")
    assert isinstance(section.blocks[0], Answer)
    assert words in section.blocks[0].lead
    assert words in first.lead.split("。")[0]
    assert ("「効果がない」という意味ではありません" in first.because) == (verdict == "undecided")


def test_the_primary_analysis_takes_over_once_it_has_a_result(changed: Changed) -> None:
    section, first = changed("update mart_effect set estimate = 0.4, verdict = 'met' where role = 'primary'")
    assert isinstance(section.blocks[0], Answer)
    assert not section.blocks[0].lead.startswith("中間")
    assert "主要の分析" in first.because


def test_a_plan_that_came_late_or_changed_is_visible(changed: Changed) -> None:
    section, first = changed(
        "update mart_effect set is_post_hoc = true, registration_ja = '事後分析' where outcome_received_date is not null",
        "update mart_effect set plan_version_count = 2, first_plan_received_date = date '2026-05-01'",
    )
    assert "その結果は事後分析です" in said(section)
    assert "この計画は2回受領しており、最初はR8.5.1です。途中で変わっています。" in said(section)
    assert "(事後分析)" in first.lead
    assert "分析計画は途中で変わっています(最初はR8.5.1、今の計画はR8.5.15に受領)" in first.because


def test_a_plan_in_a_folder_dated_back_is_told_with_both_days_of_first_sight(changed: Changed) -> None:
    section, first = changed(
        "update mart_effect set is_post_hoc = true, registration_ja = '事後分析', plan_seen_date = date '2026-11-18',"
        " outcome_seen_date = date '2026-10-10' where outcome_received_date is not null"
    )
    assert (
        "計画のファイルを初めて見たのはR8.11.18で、R8中間の調査票を初めて見たR8.10.10より後です。"
        "フォルダの日付にかかわらず、その結果は事後分析です。" in said(section)
    )
    assert "(事後分析)" in first.lead
    assert "分析計画を初めて見たのはR8.11.18で、成果の調査票より後です" in first.because


def test_a_plan_that_was_withdrawn_is_missed_on_the_first_page_too(changed: Changed) -> None:
    """It must not look as if there never was one."""
    section, first = changed("delete from mart_effect", is_withdrawn=True)
    assert "R8.5.15に受領した分析計画がありますが、取り下げられ" in said(section)
    assert "R8.5.15に受領した分析計画が取り下げられたため行っていません" in first.because


def test_without_a_plan_nothing_is_estimated_and_it_says_so(changed: Changed) -> None:
    section, first = changed("delete from mart_effect")
    assert section.blocks[0] == Paragraph(NO_PLAN)
    assert "分析計画がない" in first.because
    assert "判断できません" in first.lead
