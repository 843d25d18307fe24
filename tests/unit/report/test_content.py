"""One content for every form. A number typed by hand, or a promise the data do not keep, ends trust in all of them."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.report.content import build_report
from pipelines.report.document import Answer, Bullets, Figure, Paragraph, Report, Table
from pipelines.report.facts import Facts
from pipelines.report.figures import draw
from pipelines.report.page import write_page
from pipelines.report.pdf import write_pdf
from pipelines.report.workbook import write_workbook
from pipelines.settings import CHECKOUT
from tests.unit.report.reading import Page, Rows, written

SECTIONS = CHECKOUT / "pipelines" / "report" / "sections"
# Digits that are words of a rule or a unit, not figures of the programme; each with the place that holds the rule.
ALLOWED_DIGITS = {
    "4つの能力": "the stage's definition has four capabilities",
    "1つの案件": "an article, not a count",
    "1人回": "a unit",
    "現地1日": "a unit",
    "1募集当たり": "a unit",
    "直近3回の会議": "int_kpi_rows__wg.sql: the last three meetings",
    "0〜4点": "the assessment's scale, assessment contract",
    "5月31日": "地方自治法235条の5: the accounts close on this day",
}


def prose(path: Path) -> list[str]:
    """Every piece of text in a module that a reader may come to see: no docstrings, no SQL, no formats."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        and not re.match(r"\s*(select|with)\s", node.value)
        and not re.fullmatch(r"[0-9A-F]{6}|[#,0.]+", node.value)
    ]  # fmt: skip


def typed_figures(text: str) -> list[str]:
    """Digits in a text that are neither a KPI's number nor an allowed word."""
    text = re.sub(r"K\d{3}", "", text)
    for word in ALLOWED_DIGITS:
        text = text.replace(word, "")
    return re.findall(r"\d+", text)


@pytest.mark.parametrize("path", sorted(SECTIONS.glob("*.py")), ids=lambda p: p.stem)
def test_no_figure_is_typed_into_the_report(path: Path) -> None:
    assert {text: found for text in prose(path) if (found := typed_figures(text))} == {}


def test_a_figure_typed_into_a_sentence_would_be_seen() -> None:
    assert typed_figures("協働以上は19団体です(K101)。") == ["19"]
    assert typed_figures("協働以上は団体です(K101)。") == []


def test_the_sections_are_there_in_their_order(report: Report) -> None:
    assert [s.key for s in report.sections] == [
        "summary", "programme", "logic_model", "delivery", "outputs", "outcomes", "stage", "collaboration",
        "community", "effect", "next_year", "negative", "annex",
    ]  # fmt: skip


def test_every_kpi_is_listed_once_met_or_not(report: Report, marts: Rows) -> None:
    (outcomes,) = [s for s in report.sections if s.key == "outcomes"]
    (table,) = [b for b in outcomes.blocks if isinstance(b, Table)]
    assert sorted(table.kpi_ids) == [k["kpi_id"] for k in marts.kpis()]
    statuses = {row[0].text: row[-1].text for row in table.rows}
    assert statuses == {k["kpi_id"]: k["status"] for k in marts.kpis()}


def test_a_kpi_without_a_value_says_why(report: Report, marts: Rows) -> None:
    (outcomes,) = [s for s in report.sections if s.key == "outcomes"]
    (table,) = [b for b in outcomes.blocks if isinstance(b, Table)]
    absent = [k for k in marts.kpis() if k["value"] is None]
    assert absent
    for kpi in absent:
        assert kpi["kpi_id"] in table.note
        assert kpi["reason"] in table.note


def test_all_three_forms_have_the_same_content_in_the_same_order(
    report: Report, page: Page, book: Any, pdf_pages: list[str]
) -> None:
    blocks = [b for s in report.sections for b in s.blocks if isinstance(b, Table | Figure | Bullets)]
    assert page.keys == [b.key for b in blocks]
    titled = [b.title for b in blocks if not isinstance(b, Bullets)]
    text = book["本文と目次"]
    assert [row[3].value for row in text.iter_rows() if row[0].value == "表へ"] == titled
    pdf = "".join(pdf_pages)
    place = -1
    for block in blocks:
        place = pdf.index(re.sub(r"\s", "", block.title), place + 1)


def everything_said(report: Report) -> str:
    texts = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Answer):
                texts += [block.lead, block.because]
            elif isinstance(block, Paragraph):
                texts.append(block.text)
            elif isinstance(block, Bullets):
                texts += block.items
    return "\n".join(texts)


def test_the_first_sentence_answers_with_its_uncertainty(report: Report) -> None:
    answer = report.sections[0].blocks[0]
    assert isinstance(answer, Answer)
    assert answer.lead.split("。")[0].endswith("判断できません(判定不能)")
    assert "「効果がない」という意味ではありません" in answer.because


def test_no_difference_is_never_called_no_effect(report: Report) -> None:
    said = everything_said(report).replace("「効果がない」という意味ではありません", "")
    assert not re.search(r"効果(が|は)?(ない|なし|ありません|見られ|認められ)", said)
    assert not re.search(r"効果(が|は)(ある|あり|出|上が)", said)


def test_savings_of_different_evidence_are_never_added(report: Report, marts: Rows) -> None:
    values = {k["kpi_id"]: int(k["value"]) for k in marts.kpis() if k["kpi_id"] in ("K308", "K309", "K310")}
    sums = {
        sum(values.values()),
        values["K308"] + values["K309"],
        values["K308"] + values["K310"],
        values["K309"] + values["K310"],
    }
    shown = {
        cell.number
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Table | Figure)
        for row in (block.table if isinstance(block, Figure) else block).rows
        for cell in row
    }
    assert not sums & shown
    assert not any(f"{total:,}" in everything_said(report) for total in sums)


def test_what_later_issues_bring_is_not_there_as_a_placeholder(page: Page) -> None:
    for word in ("kyoso", "TODO", "準備中"):
        assert word not in page.text


def opinions(report: Report) -> dict[str, list[str]]:
    return {
        s.key: [b.text for b in s.blocks if isinstance(b, Paragraph) and b.role == "opinion"]
        for s in report.sections
    }


def test_every_chapter_has_the_opinion_the_register_holds_or_says_that_it_holds_none(
    report: Report, marts: Rows
) -> None:
    written_for = {
        row["section_no"]: row["body"]
        for row in marts("select * from staging.stg_register__commentaries where fiscal_year = 2026")
    }
    assert written_for
    for number, (key, found) in enumerate(opinions(report).items(), start=1):
        if number in written_for:
            (opinion,) = found
            assert opinion.startswith("所見(")
            assert opinion.endswith(written_for[number])
        elif key in ("summary", "annex"):
            assert found == []
        else:
            assert found == ["所見: 未記入"]


def test_an_opinion_about_a_chapter_that_does_not_exist_is_shown_at_the_end(
    release: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "candidate"
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
    with duckdb.connect(folder / "warehouse.duckdb") as con:
        con.execute("update staging.stg_register__commentaries set section_no = 41 where section_no = 7")
    facts = Facts(folder)
    try:
        found = opinions(build_report(facts))
    finally:
        facts.close()
    assert found["stage"] == ["所見: 未記入"]
    assert [t.partition("、")[0] for t in found["annex"]] == ["所見(章の番号 41 は報告書にありません"]


def test_page_one_tells_a_stranger_what_the_programme_promised_and_what_is_to_be_decided(
    report: Report, marts: Rows
) -> None:
    (text,) = [b.text for b in report.sections[0].blocks if isinstance(b, Paragraph)]
    targets = {k["kpi_id"]: k["target"] for k in marts.kpis()}
    assert f"{targets['K101']:.0f}団体(K101)" in text
    assert f"{targets['K203']:.0f}%(K203)" in text
    assert "令和9年度に続けるかどうか" in text


def test_the_three_numbers_of_page_one_are_the_marts(report: Report, marts: Rows) -> None:
    cards = {c.kpi_id: c for b in report.sections[0].blocks for c in getattr(b, "cards", ())}
    kpis = {k["kpi_id"]: k for k in marts.kpis()}
    assert len(cards) == 3
    for kpi_id, card in cards.items():
        assert card.value == written(kpis[kpi_id]["value"], kpis[kpi_id]["decimals"], kpis[kpi_id]["unit"])


def test_no_pseudonym_stands_in_a_document(page: Page, marts: Rows) -> None:
    people = marts("select distinct person from staging.stg_visit_log__visits where person is not null")
    assert people
    assert not [p for p in people if str(p["person"]) in page.html]


def test_a_year_of_which_nothing_arrived_says_so_and_why(emptied: Path, tmp_path: Path) -> None:
    facts = Facts(emptied)
    try:
        report = draw(build_report(facts))
    finally:
        facts.close()
    empty = [
        block.table if isinstance(block, Figure) else block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Table | Figure)
        and not (block.table if isinstance(block, Figure) else block).rows
    ]
    assert {"costs", "recruitments", "dispatch", "utilisation", "calendar", "monthly", "wgs", "joint_procurement",
            "joint_use", "criteria", "criteria_changes", "options", "payers", "payers_by_municipality",
            "stage_by_municipality", "capabilities", "transitions"} <= {t.key for t in empty}  # fmt: skip
    for table in empty:
        assert table.empty_reason.startswith("該当なし。") or table.key in (
            "checks",
            "submissions",
            "findings",
        )
        assert len(table.empty_reason) > len("該当なし。")
    assert "まだ示せません(まだ何も受領していないため)" in everything_said(report)
    for write, name in ((write_pdf, "r.pdf"), (write_page, "r.html"), (write_workbook, "r.xlsx")):
        assert write(report, tmp_path / name).stat().st_size > 10_000
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert not re.search(r"None|nan|Decimal", text)
