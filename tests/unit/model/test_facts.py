"""Facts at their true grain: what an analyst adds up must be what the marts say, and nobody in them has a name."""

from __future__ import annotations

import duckdb
import pytest

PAIRS = {
    "person-visits": (
        "select fiscal_year, municipality_code, count(*) from fct_person_visit where is_counted group by all",
        "select fiscal_year, municipality_code, delivered_visit_count from mart_dispatch_utilisation"
        " where delivered_visit_count > 0",
    ),
    "posts of members of municipalities": (
        "select fiscal_year, municipality_code, sum(post_count), sum(reply_count) from fct_chat_activity"
        " where affiliation_kind = 'municipality' group by all",
        "select fiscal_year, municipality_code, sum(message_count), sum(reply_count) from mart_community"
        " where message_count > 0 group by all",
    ),
    "replies to other municipalities": (
        "select fiscal_year, municipality_code, sum(cross_municipality_reply_count) from fct_chat_activity"
        " group by all having sum(cross_municipality_reply_count) > 0",
        "select fiscal_year, municipality_code, sum(cross_reply_count) from mart_community"
        " group by all having sum(cross_reply_count) > 0",
    ),
    "meetings attended": (
        "select fiscal_year, wg_id, municipality_code, count(distinct meeting_no) from fct_wg_attendance"
        " where headcount > 0 group by all",
        "select fiscal_year, wg_id, municipality_code, attended_meeting_count from mart_wg_participation"
        " where attended_meeting_count > 0",
    ),
    "savings by class of evidence": (
        "select fiscal_year, evidence_class, sum(saving_jpy) from fct_procurement_participant group by all",
        "select fiscal_year, evidence_class, sum(saving_jpy) from mart_joint_procurement group by all",
    ),
    "cost lines": (
        "select fiscal_year, fund_source, sum(budget_jpy), sum(actual_jpy) from fct_cost_line group by all",
        "select fiscal_year, fund_source, sum(budget_jpy), sum(actual_jpy) from mart_programme_cost group by all",
    ),
    "posts that were taken up": (
        "select fiscal_year, municipality_code, count(*) from fct_recruitment_step where step = 'start' group by all",
        "select fiscal_year, municipality_code, started_count from mart_talent where started_count > 0",
    ),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_facts_add_up_to_the_marts(released: duckdb.DuckDBPyConnection, pair: tuple[str, str]) -> None:
    facts, mart = (sorted(released.execute(query).fetchall(), key=str) for query in pair)
    assert facts
    assert facts == mart


def test_every_key_of_a_fact_is_in_its_dimension(released: duckdb.DuckDBPyConnection) -> None:
    references = {
        ("fct_person_visit", "person"): "dim_person",
        ("fct_chat_activity", "member"): "dim_person",
        ("fct_person_visit", "theme"): "dim_theme",
        ("fct_wg_attendance", "wg_id"): "dim_wg",
        ("fct_procurement_case", "wg_id"): "dim_wg",
        ("fct_procurement_case", "vendor_key"): "dim_vendor",
        ("fct_cost_line", "municipality_code"): "dim_municipality",
        ("fct_assessment_answer", "fiscal_year"): "dim_fiscal_year",
    }
    keys = {"dim_person": "person", "dim_theme": "theme", "dim_wg": "wg_id", "dim_vendor": "vendor_key"}
    keys |= {"dim_municipality": "municipality_code", "dim_fiscal_year": "fiscal_year"}
    lost = {}
    for (fact, column), dimension in references.items():
        query = f"select distinct {column} from {fact} where {column} is not null except select {keys[dimension]} from {dimension}"
        if found := released.execute(query).fetchall():
            lost[fact, column] = found
    assert lost == {}


def test_pseudonyms_stay_in_facts_and_the_dimension_of_people(released: duckdb.DuckDBPyConnection) -> None:
    carriers = released.execute("""
        select distinct table_name from duckdb_columns()
        where schema_name = 'main' and column_name in ('person', 'member') order by 1
    """).fetchall()
    assert carriers == [("dim_person",), ("fct_chat_activity",), ("fct_person_visit",)]
    people = [p for (p,) in released.execute("select person from dim_person").fetchall()]
    assert people
    texts = released.execute("""
        select table_name, column_name from duckdb_columns()
        where schema_name = 'main' and table_name like 'mart_%' and data_type = 'VARCHAR'
    """).fetchall()
    for table, column in texts:
        count = released.execute(
            f'select count(*) from {table} where "{column}" in (select unnest(?))', [people]
        ).fetchone()
        assert count == (0,), (table, column)
