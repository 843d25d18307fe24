"""A kept query that fails, or says nothing to who runs it, is worse than none: it looks like an answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.ingest.contracts import code_books
from pipelines.report.dictionary.queries import FOLDER, Query, kept_queries, kept_query

QUERIES = kept_queries()
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]|^KPI$|^WG$")


@pytest.fixture(scope="module")
def con(sample_home: Path) -> Any:
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        yield con


def named(name: str) -> Query:
    found = kept_query(name)
    assert found is not None
    return found


def test_there_are_the_ten_the_officer_asks_most_each_found_by_number_name_or_title() -> None:
    assert (
        [q.number for q in QUERIES]
        == list(range(1, 11))
        == list(range(1, len(list(FOLDER.glob("*.sql"))) + 1))
    )
    for query in QUERIES:
        assert {kept_query(called) for called in (query.name, str(query.number), query.title)} == {query}
    assert kept_query("x") is None


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_it_answers_on_the_sample_under_japanese_headings(query: Query, con: Any) -> None:
    cursor = con.execute(query.text)
    headings = [column[0] for column in cursor.description]
    assert [h for h in headings if not JAPANESE.search(h)] == []
    assert len(set(headings)) == len(headings)
    assert cursor.fetchall()
    assert query.title
    assert query.note.endswith("。")


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_its_words_for_codes_are_the_code_books(query: Query) -> None:
    known = {(code, texts[0]) for book in code_books().values() for code, texts in book.items()}
    assert set(re.findall(r"when '(\w+)' then '(\S+?)'", query.text)) <= known


def test_only_what_is_missing_is_lead(con: Any) -> None:
    answer = con.execute(named("lead_only").text).fetchall()
    one_query = con.execute(
        "select municipality_code from mart_stage where fiscal_year = 2026"
        " and next_stage = 'co_creation' and len(missing_criteria) = 1 and missing_criteria[1] like '牽引%'"
    ).fetchall()
    assert {row[0] for row in answer} == {row[0] for row in one_query}
    assert answer


def test_months_without_a_visit_on_site_are_counted_from_the_visits_themselves(con: Any) -> None:
    answer = {(row[0], row[2]) for row in con.execute(named("months_without_onsite").text).fetchall()}
    visits = {
        tuple(row)
        for row in con.execute(
            "select distinct municipality_code, date_trunc('month', visit_date)::date from fct_person_visit"
            " where visit_kind = 'dispatch' and mode = 'on_site' and is_counted"
        ).fetchall()
    }
    months = {
        tuple(row)
        for row in con.execute(
            "select municipality_code, month from mart_dispatch_month"
            " where fiscal_year = 2026 and is_full_month and is_elapsed"
        ).fetchall()
    }
    assert answer == months - visits
    assert answer


def test_savings_are_those_measured_and_no_others(con: Any) -> None:
    *cases, total = con.execute(named("measured_savings").text).fetchall()
    measured = con.execute(
        "select sum(saving_jpy) from fct_procurement_participant where fiscal_year = 2026 and evidence_class = 'measured'"
    ).fetchone()
    assert total[0] == "全体"
    assert (total[3],) == measured
    assert sum(case[3] for case in cases) == total[3]
    others = con.execute(
        "select sum(saving_jpy) from mart_joint_procurement where fiscal_year = 2026 and evidence_class <> 'measured'"
    ).fetchone()
    assert others[0] > 0
