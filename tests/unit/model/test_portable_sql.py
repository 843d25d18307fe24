"""A national deployment runs the same models on Spark: DuckDB-only SQL slips in unnoticed, because DuckDB accepts it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from pipelines.model.dbt import PROJECT, close_connections, invoke
from pipelines.settings import Settings


def _words(text: str) -> set[str]:
    return set(text.split())


# Functions that DuckDB and Spark share, with the same meaning and the same order of arguments.
SHARED = _words(
    "abs avg bool_and bool_or cast ceil coalesce concat count date_trunc day exists floor greatest hour least make_date max"
    " lag median min minute month row_number round split_part substr sum translate year"
)
# What the dispatched macros write for DuckDB; they write something else for Spark.
DISPATCHED = {"date_diff", "array_agg", "string_agg", "format"}
WORDS_BEFORE_A_BRACKET = _words(
    "and as between by else exists filter from in join not on or over then union values when where with"
    " decimal"
)
# Never null where they are sorted by: keys that contracts require, addresses, and what a filter or a join has fixed.
NEVER_NULL = _words(
    "answered_date case_id contract_date effective_month event_date event_key fiscal_year held_date meeting_no"
    " member message_key month municipality_code plan_id plan_version posted_at posting_id reached_date"
    " is_in_force received_date response_id revision file_id sheet row scheme_valid_from scheme_version sort_order"
    " step_order valid_from visit_date visit_id wave_order wg_id"
)
_SOURCE = re.compile(r"read_parquet\([^)]*\)|'[^']*\.parquet'")


@pytest.fixture(scope="module")
def compiled(candidate: Settings, manifest: Any) -> dict[str, str]:
    """Every model's SQL as it runs, with files replaced by the tables they are elsewhere."""
    try:
        result = invoke(candidate, ["compile"], manifest)
    finally:
        close_connections()
    # A model in Python has no SQL; it reads a few rows and is the statistics package of this house.
    models = [r.node for r in result.results if r.node.resource_type == "model" and r.node.language == "sql"]
    return {n.name: _SOURCE.sub("received.rows", n.compiled_code) for n in models}


def parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, read="spark", error_level=sqlglot.ErrorLevel.RAISE)


def functions(sql: str) -> set[str]:
    bare = re.sub(r"'(?:[^']|'')*'|--[^\n]*", "''", sql)
    return {name.lower() for name in re.findall(r"([A-Za-z_]\w*)\s*\(", bare)} - WORDS_BEFORE_A_BRACKET


def unordered_nulls(sql: str) -> set[str]:
    """Sort terms that may be null and do not say where nulls go, which differs between the two engines."""
    loose = set()
    for term in re.findall(r"order by\s+((?:[^()]|\((?:[^()]|\([^()]*\))*\))+?)(?=\)|$)", sql, re.IGNORECASE):
        for item in re.split(r",(?![^(]*\))", term):
            bare = re.sub(r"\s+(asc|desc)$", "", item.strip(), flags=re.IGNORECASE)
            column = bare.rsplit(".", 1)[-1]
            is_simple = re.fullmatch(r"\w+", column) is not None
            if "nulls " not in bare and is_simple and column not in NEVER_NULL:
                loose.add(column)
    return loose


def test_every_model_parses_as_spark_sql(compiled: dict[str, str]) -> None:
    assert len(compiled) > 70
    for name, sql in compiled.items():
        assert parsed(sql) is not None, name


def test_models_use_shared_functions_only(compiled: dict[str, str]) -> None:
    foreign = {name: functions(sql) - SHARED - DISPATCHED - cte_names(sql) for name, sql in compiled.items()}
    assert {name: found for name, found in foreign.items() if found} == {}


def cte_names(sql: str) -> set[str]:
    return {cte.alias for cte in parsed(sql).find_all(exp.CTE)}


def test_dispatched_functions_are_written_by_macros_only() -> None:
    written = {
        path.name: functions(re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.S))
        & DISPATCHED
        for path in (PROJECT / "models").rglob("*.sql")
    }
    assert {name: found for name, found in written.items() if found} == {}


@pytest.mark.parametrize(
    ("word", "pattern"),
    [
        ("qualify", r"\bqualify\b"),
        ("::", r"::"),
        ("group by all", r"\bgroup\s+by\s+all\b"),
        ("lambda", r"->|\blambda\b"),
        ("list comprehension", r"\[[^\]]*\bfor\b[^\]]*\]"),
        ("* exclude", r"\*\s*(exclude|replace)\b"),
        ("cast to varchar", r"\bas\s+varchar\b"),
        ("quoted identifier", r'"'),
        ("//", r"//"),
    ],
)
def test_models_avoid_what_only_duckdb_knows(compiled: dict[str, str], word: str, pattern: str) -> None:
    # dbt writes its own relations in double quotes; those it would write in backquotes for Spark.
    bare = {
        n: re.sub(r"'(?:[^']|'')*'|--[^\n]*|\"[^\"]+\"(\.\"[^\"]+\")+", "''", s) for n, s in compiled.items()
    }
    assert [name for name, sql in bare.items() if re.search(pattern, sql, re.IGNORECASE)] == [], word


def test_order_says_where_nulls_go(compiled: dict[str, str]) -> None:
    loose = {name: unordered_nulls(sql) for name, sql in compiled.items()}
    assert {name: found for name, found in loose.items() if found} == {}


def test_the_checks_see_what_they_forbid() -> None:
    assert functions("select strftime(a, '%Y'), f.x from f") == {"strftime"}
    assert unordered_nulls("row_number() over (partition by a order by b desc, case_id asc)") == {"b"}
    assert unordered_nulls("max(x) over (order by coalesce(b, 0), b desc nulls last)") == set()
    with pytest.raises(sqlglot.errors.ParseError):
        parsed("select a from b group by by c")
