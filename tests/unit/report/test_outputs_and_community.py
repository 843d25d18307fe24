"""Outputs, exchange, combination and service to residents: what is printed is what the marts say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.report.document import Bullets, Figure, Paragraph, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import community, outputs
from pipelines.report.sections.earlier_keys import earlier_keys
from pipelines.report.wording import month_label
from tests.unit.report.reading import Rows, written


@pytest.fixture(scope="module")
def facts(release: Path) -> Iterator[Facts]:
    opened = Facts(release)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def nothing(emptied: Path) -> Iterator[Facts]:
    opened = Facts(emptied)
    yield opened
    opened.close()


def table(section: Section, key: str) -> Table:
    for block in section.blocks:
        if isinstance(block, Figure) and block.key == key:
            return block.table
        if isinstance(block, Table) and block.key == key:
            return block
    raise AssertionError(key)


def prose(section: Section) -> str:
    return "".join(b.text for b in section.blocks if isinstance(b, Paragraph))


def numbers(found: Table, label: str) -> list[Decimal]:
    position = [c.label for c in found.columns].index(label)
    return [Decimal(row[position].number) for row in found.rows if row[position].number is not None]  # type: ignore[arg-type]


def test_every_deliverable_is_listed_under_its_theme(facts: Facts, marts: Rows) -> None:
    found = table(outputs.build(facts), "outputs")
    rows = marts("select * from mart_output where fiscal_year = 2026")
    assert sorted(row[1].text for row in found.rows) == sorted(r["deliverable_id"] for r in rows)
    assert len(found.groups) == len(found.rows)
    labels = {label for (book, _), label in facts.labels.items() if book == "themes"}
    assert set(found.groups) <= labels
    assert len(set(found.groups)) == len({r["theme"] for r in rows})


def test_what_the_sentence_on_outputs_counts_is_what_the_table_shows(facts: Facts) -> None:
    section = outputs.build(facts)
    rows = table(section, "outputs").rows
    approved = sum(row[4].text != "－" for row in rows)
    adopted = sum(row[4].text != "－" and row[5].text == "○" for row in rows)
    assert f"成果物は{len(rows)}件で" in prose(section)
    assert f"決裁されたのは{approved}件です" in prose(section)
    assert facts.kpi("K212").value == adopted
    assert f"採用(決裁)されたのは{adopted}件(K212)" in prose(section)


class Known:
    """What the note on pseudonyms asks of the facts."""

    fiscal_year = 2026

    def __init__(self, files: int, months: list[date]) -> None:
        self._files, self._months = files, months

    def rows(self, query: str, *_: object) -> list[dict[str, object]]:
        if "from findings" in query:
            return [{"file_id": str(n)} for n in range(self._files)]
        return [{"month": month} for month in self._months]


def test_people_who_may_be_counted_twice_are_told_with_month_and_kpi() -> None:
    """Silence would let a reader take two pseudonyms of one person for two people."""
    assert earlier_keys(Known(0, [])) == []  # type: ignore[arg-type]
    (text,) = earlier_keys(Known(2, [date(2026, 9, 1), date(2026, 10, 1)]))  # type: ignore[arg-type]
    assert text.startswith("チャットの資料2件は")
    for said in (
        month_label(date(2026, 9, 1)),
        month_label(date(2026, 10, 1)),
        "K502",
        "K503",
        "K505",
        "二人",
    ):
        assert said in text
    (text,) = earlier_keys(Known(1, []))  # type: ignore[arg-type]
    assert "二重の計数はありません" in text


def test_the_note_on_pseudonyms_is_silent_where_every_original_is_there(facts: Facts) -> None:
    assert earlier_keys(facts) == []


def test_the_months_of_the_chat_add_up_to_its_kpis(facts: Facts) -> None:
    months = table(community.build(facts), "chat_months")
    bodies, members = numbers(months, "投稿した団体"), numbers(months, "投稿した職員(人)")
    assert sum(bodies) == facts.kpi("K501").numerator
    assert sum(members) == facts.kpi("K502").numerator
    assert sum(numbers(months, "団体をまたぐ返信(件)")) == facts.kpi("K504").value


def test_the_events_add_up_to_their_kpi(facts: Facts) -> None:
    events = table(community.build(facts), "events")
    assert events.rows
    assert sum(numbers(events, "参加(人)")) == facts.kpi("K506").value
    assert f"延べ{facts.kpi('K506').value:.0f}人" in events.note


def test_every_municipality_shows_what_it_was_in_contact_with(facts: Facts, marts: Rows) -> None:
    exposure = table(community.build(facts), "exposure")
    assert [row[0].text for row in exposure.rows] == [
        r["name"] for r in marts("select name from dim_municipality order by sort_order")
    ]
    assert sum(numbers(exposure, "派遣(人回)")) == facts.kpi("K202").value
    assert sum(row[5].text == "○" for row in exposure.rows) == facts.kpi("K801").value
    for row in exposure.rows:
        touched = [cell.number is not None for cell in row[1:5]]
        assert (row[5].text == "○") == all(touched)


def test_service_to_residents_names_its_year_and_equals_the_kpi_of_that_year(
    facts: Facts, marts: Rows
) -> None:
    section = community.build(facts)
    newest = marts("select max(fiscal_year) as y from mart_residents where fiscal_year <= 2026")[0]["y"]
    (kpi,) = marts(
        f"select value from mart_kpi where kpi_id = 'K701' and fiscal_year = {newest} and municipality_code is null"
    )
    assert f"令和{newest - 2018}年度の値です" in prose(section)
    assert f"平均で{written(kpi['value'], 1)}%" in prose(section)
    found = table(section, "residents")
    assert len(found.rows) == 31
    assert found.rows[-1][0].text == "県外の団体の中央値"


def test_that_others_were_reached_too_is_said_as_the_analysis_counted_it(facts: Facts, marts: Rows) -> None:
    (bullets,) = [b for b in community.build(facts).blocks if isinstance(b, Bullets)]
    rows = marts(
        "select reading_ja from mart_effect_sensitivity where fiscal_year = 2026 and check_kind = 'spillover' "
        "order by analysis_id, position"
    )
    assert len(bullets.items) == len(rows) > 0
    assert all(row["reading_ja"] in item for row, item in zip(rows, bullets.items, strict=True))


def test_a_year_without_anything_says_so_everywhere(nothing: Facts) -> None:
    for section in (outputs.build(nothing), community.build(nothing)):
        tables = [
            b.table if isinstance(b, Figure) else b for b in section.blocks if isinstance(b, (Figure, Table))
        ]
        assert tables
        for found in tables:
            assert found.rows == () or found.key == "residents"
            assert found.empty_reason.startswith("該当なし。")
        assert "示せません" in prose(section)
