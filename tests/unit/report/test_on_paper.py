"""What is printed of tables that no page bears; a prefecture's report stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.content import build_report
from pipelines.report.document import Bullets, Cell, Column, Figure, Paragraph, Report, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.on_paper import ROWS, on_paper


def table(rows: int, text: str = "海南市", roll_up: Table | None = None) -> Table:
    lines = tuple((Cell(text), Cell(str(n), n)) for n in range(rows))
    kpis = tuple(f"K{n:03d}" for n in range(rows))
    columns = (Column("団体"), Column("数", "right"))
    return Table("t", "団体別", columns, lines, "注。", kpis, roll_up=roll_up, empty_reason="該当なし。")


def report(*blocks: Table | Figure | Paragraph | Bullets) -> Report:
    section = Section("s", "章", blocks)
    return Report(
        "t", "作業版", 2026, date(2026, 11, 20), "r", "c", True, "合格", (section,), area="和歌山県"
    )


def printed(block: Table) -> Table:
    """The table as printed in a report that no paper bears whole."""
    found = on_paper(report(block, table(1741))).sections[0].blocks[0]
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize("rows", [0, 1, ROWS])
def test_what_a_page_bears_is_printed_as_it_is(rows: int) -> None:
    assert printed(table(rows)) == table(rows)


def test_a_longer_table_is_rolled_up_and_says_where_all_of_it_is() -> None:
    rolled = replace(table(3, "架空01県"), key="r", title="都道府県別")
    found = printed(table(1741, roll_up=rolled))
    assert (found.title, found.rows) == ("都道府県別", rolled.rows)
    assert found.note == "注。全1,741行の表は、Excel版とHTML版にあります。"
    assert printed(table(ROWS, roll_up=rolled)).title == "団体別"


def test_one_that_cannot_be_rolled_up_is_cut() -> None:
    found = printed(table(ROWS + 1))
    assert len(found.rows) == len(found.kpi_ids) == 20
    assert found.note.startswith("はじめの20行です。全121行は、Excel版とHTML版にあります。")


@pytest.mark.parametrize(("count", "kept"), [(20, 20), (21, 14), (600, 14)])
def test_more_columns_than_a_page_is_wide_are_cut(count: int, kept: int) -> None:
    columns = tuple(Column(f"WG{n}") for n in range(count))
    lines = (tuple(Cell(str(n)) for n in range(count)),) * 3
    found = printed(Table("w", "WG", columns, lines, "注。", empty_reason="該当なし。"))
    assert [len(found.columns), *map(len, found.rows)] == [kept] * 4
    assert ("はじめの14列です。" in found.note) == (count > 20)


def test_a_figure_keeps_its_drawing_and_prints_its_table_short() -> None:
    figure = Figure("f", "図", "説明", table(1741), svg="<svg/>")
    (found,) = on_paper(report(figure)).sections[0].blocks
    assert isinstance(found, Figure)
    assert (found.svg, len(found.table.rows)) == ("<svg/>", 20)


@given(st.integers(1, 2000))
def test_a_list_of_names_says_how_many_more_there_are(count: int) -> None:
    names = "、".join(f"架空{n}市" for n in range(count))
    found = printed(table(1, names)).rows[0][0].text
    kept, _, more = found.partition("ほか")
    if not more:
        assert found == names
        return
    assert names.startswith(kept)
    assert kept.count("、") + 1 + int(more.split("件")[0]) == count
    assert len(kept) <= 300


def test_long_sentences_are_cut_too() -> None:
    text = "、".join(["海南市"] * 1000) + "は、調査票を受領していません。"
    blocks = (
        on_paper(report(Paragraph(text), Bullets("b", "b", (text, "短い")), table(1741))).sections[0].blocks
    )
    assert isinstance(blocks[0], Paragraph)
    assert isinstance(blocks[1], Bullets)
    assert len(blocks[0].text) < 1000
    assert len(blocks[1].items[0]) < 1000
    assert blocks[1].items[1] == "短い"


def test_where_every_table_fits_nothing_is_cut_however_long_its_words() -> None:
    text = "、".join(["海南市"] * 1000)
    whole = report(table(ROWS, text), Paragraph(text), Bullets("b", "b", (text,)))
    assert on_paper(whole) == whole


def test_a_prefecture_s_report_is_printed_in_full(release: Path) -> None:
    facts = Facts(release)
    try:
        whole = build_report(facts)
    finally:
        facts.close()
    assert on_paper(whole) == whole
