"""The chapter a budget is decided by: a verdict or a yen that differs from the mart, or a word that recommends, ends its use."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.report.document import Answer, Paragraph, Report, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import r9, summary
from tests.unit.report.reading import Page, Rows

Changed = Callable[..., tuple[Section, Section]]
VERDICTS = {"met": "✓ 満たす", "not_met": "× 満たさない", "undecided": "? 判定不能"}


@pytest.fixture
def changed(release: Path, tmp_path: Path) -> Changed:
    """The chapter and page one after SQL in a copy of the release."""

    def _changed(*statements: str) -> tuple[Section, Section]:
        folder = tmp_path / "candidate"
        shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
        with duckdb.connect(folder / "warehouse.duckdb") as con:
            for statement in statements:
                con.execute(statement)
        facts = Facts(folder)
        try:
            return r9.build(facts), summary.build(facts)
        finally:
            facts.close()

    return _changed


def tables(section: Section) -> dict[str, Table]:
    return {b.key: b for b in section.blocks if isinstance(b, Table)}


def said(section: Section) -> str:
    texts = [b.lead + b.because for b in section.blocks if isinstance(b, Answer)]
    return "".join(texts + [b.text for b in section.blocks if isinstance(b, Paragraph)])


def chapter(report: Report) -> Section:
    return next(s for s in report.sections if s.key == "next_year")


def test_every_criterion_stands_in_the_chapter_and_on_page_one_with_the_marts_verdict(
    report: Report, marts: Rows
) -> None:
    rows = marts("select * from mart_decision where fiscal_year = 2026 order by criterion_id")
    assert len(rows) == 7
    shown = tables(chapter(report))
    wanted = [VERDICTS[str(r["verdict"])] for r in rows]
    assert [line[-1].text for line in shown["criteria"].rows] == wanted
    assert [line[5].number for line in shown["criteria"].rows] == [r["measured"] for r in rows]
    assert [line[2].text for line in shown["criteria_changes"].rows] == [r["reason_ja"] for r in rows]
    assert [line[3].text for line in shown["criteria_changes"].rows] == [
        r["what_would_change_ja"] for r in rows
    ]
    assert [line[-1].text for line in tables(report.sections[0])["criteria_in_short"].rows] == wanted


def test_every_option_stands_there_under_every_scenario_to_the_yen(report: Report, marts: Rows) -> None:
    rows = marts(
        """
        select option_id, scenario_id, sum(cost_jpy) as total, sum(cost_jpy) filter (where payer = 'prefecture') as prefecture,
            coalesce(sum(cost_jpy) filter (where payer = 'municipality'), 0) as municipality
        from mart_r9_cost where fiscal_year = 2026 group by all order by 1, 2
        """
    )
    shown = tables(chapter(report))["payers"]
    assert len(rows) == len(shown.rows) == 20
    for row, line in zip(rows, shown.rows, strict=True):
        assert [c.number for c in line[2:5]] == [row["total"], row["prefecture"], row["municipality"]]
        assert line[2].number == line[3].number + line[4].number  # type: ignore[operator]


def test_the_municipalities_lines_add_up_to_what_the_scenario_says(report: Report) -> None:
    shown = tables(chapter(report))
    names = [c.label.removesuffix("(円)") for c in shown["payers_by_municipality"].columns]
    paid: dict[tuple[str, str], int] = {}
    for group, line in zip(
        shown["payers_by_municipality"].groups, shown["payers_by_municipality"].rows, strict=True
    ):
        for name, cell in zip(names[1:], line[1:], strict=True):
            if name != "うち特交":
                paid[group, name] = paid.get((group, name), 0) + int(cell.number or 0)
    assert paid
    for group, line in zip(shown["payers"].groups, shown["payers"].rows, strict=True):
        assert paid.get((group, line[1].text), 0) == line[4].number


def test_nothing_recommends_and_the_chapter_says_so(report: Report) -> None:
    section = chapter(report)
    assert "どの案も推薦しません" in said(section)
    for table in tables(section).values():
        words = "".join(c.text for row in table.rows for c in row) + table.note + table.title
        assert not re.search(r"推奨|おすすめ|望ましい|最適|最善|すべきです", words)
    assert "本書は案を推薦しない" in tables(report.sections[0])["options_in_short"].note


def test_no_code_of_the_warehouse_reaches_a_reader(report: Report) -> None:
    for table in tables(chapter(report)).values():
        cells = [c.text for row in table.rows for c in row] + [c.label for c in table.columns]
        assert not [t for t in cells if re.search(r"[a-z]{4,}_|None|undecided|dispatch|measured", t)]


def test_an_unset_rate_is_unset_and_not_nothing(changed: Changed) -> None:
    section, first = changed(
        "update mart_r9_cost set tax_allocation_jpy = null, tax_allocation_rate_pct = null "
        "where payer = 'municipality' and scenario_id = 'S2' and cost_jpy > 0"
    )
    shown = tables(section)["payers"]
    of_s2 = [line[5].text for line in shown.rows if line[0].text == "S2"]
    assert of_s2 == ["未設定"] * 4 + ["0"]
    assert "措置率が未設定の案があります" in said(section)
    assert "(未設定)" in tables(first)["options_in_short"].rows[0][3].text


def test_a_cost_that_cannot_be_computed_is_a_dash_with_its_reason(changed: Changed) -> None:
    section, first = changed(
        "update mart_r9_cost set cost_jpy = null, basis_ja = '単価がない' where option_id = 'O2' and cost_item = 'dispatch'"
    )
    shown = tables(section)["payers"]
    assert {
        c.text
        for line, g in zip(shown.rows, shown.groups, strict=True)
        if g.startswith("O2")
        for c in line[2:5]
    } == {"－"}
    assert "費用を計算できない選択肢があります" in said(section)
    assert "単価がない" in {c.text for line in tables(section)["option_bases"].rows for c in line}
    assert tables(first)["options_in_short"].rows[1][1].text == "－"


def test_defaults_are_called_defaults_and_a_question_without_a_criterion_is_named(changed: Changed) -> None:
    section, _ = changed(
        "update mart_decision set is_default = true", "delete from mart_decision where question = 'fairness'"
    )
    assert "県の決定を経たものではありません" in said(section)
    assert "判断基準がありません: 公平性。" in said(section)


def test_a_difference_of_shares_is_written_in_points_of_a_hundred(changed: Changed) -> None:
    section, _ = changed(
        "update mart_decision set unit = '割合', measured = 0.125, threshold = 0.25 where criterion_id = 'D2'"
    )
    line = tables(section)["criteria"].rows[1]
    assert line[5].text == "13ポイント"
    assert line[5].number == Decimal("12.5")
    assert line[6].text == "分析の判定(見合う最小 25ポイント)"


def test_a_verdict_after_the_fact_is_named(changed: Changed) -> None:
    section, _ = changed("update mart_decision set is_post_hoc = true where criterion_id = 'D2'")
    assert "事後分析(成果の後に受領した計画)による判定があります: D2。" in said(section)


def test_without_any_policy_the_chapter_says_what_is_missing(changed: Changed) -> None:
    section, first = changed("delete from mart_decision", "delete from mart_r9_cost")
    assert "判断基準がないため、判定はありません。" in said(section)
    for table in (*tables(section).values(), *tables(first).values()):
        if not table.rows:
            assert table.empty_reason.startswith("該当なし。")


def test_page_one_names_what_it_has_no_room_for(changed: Changed) -> None:
    copies = [
        f"insert into mart_decision by name select * replace ('E{n}' as criterion_id) from mart_decision "
        "where criterion_id = 'D1' and fiscal_year = 2026"
        for n in range(4)
    ]
    _, first = changed(*copies)
    shown = tables(first)["criteria_in_short"]
    assert len(shown.rows) == 10
    assert shown.note.startswith("ほか1件は")


@pytest.mark.parametrize(
    ("reason", "verdict", "words"),
    [
        ("worthwhile", "met", "費用に見合う大きさに達したので"),
        ("below_worthwhile", "not_met", "信頼区間の全体が費用に見合う大きさを下回るため"),
        ("no_difference_shown", "undecided", "信頼区間がゼロも費用に見合う大きさも含むため"),
    ],
)
def test_the_first_sentence_says_why(changed: Changed, reason: str, verdict: str, words: str) -> None:
    _, first = changed(
        f"update mart_effect set estimate = 0.1, verdict = '{verdict}', verdict_reason = '{reason}' where role = 'primary'"
    )
    answer = first.blocks[0]
    assert isinstance(answer, Answer)
    assert words in answer.lead.split("。")[0]


def test_all_three_forms_show_the_chapter(
    report: Report, page: Page, book: Any, pdf_pages: list[str]
) -> None:
    pdf = "".join(pdf_pages)
    for table in tables(chapter(report)).values():
        assert table.key in page.keys
        assert re.sub(r"\s", "", table.title) in pdf
    sheets = [name for name in book.sheetnames if "だれがいくら負担するか" in name]
    assert len(sheets) == 1
    numbers = {c.value for row in book[sheets[0]].iter_rows() for c in row if isinstance(c.value, int)}
    assert {line[3].number for line in tables(chapter(report))["payers"].rows} <= numbers
