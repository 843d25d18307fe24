"""The fingerprint is how a document knows its rows were judged. A change it does not see is a figure
nobody checked; a difference it invents stops a good release.
"""

from __future__ import annotations

import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality.fingerprint import fingerprints
from pipelines.settings import CHECKOUT

TEXT = st.none() | st.text(alphabet="N1|:''\0あ- ,[]", max_size=4)
NUMBER = st.none() | st.decimals(min_value=-999, max_value=999, places=2)
LIST = st.none() | st.lists(st.none() | st.sampled_from(["", "a", "a, b", "NULL", "'a'", "[]"]), max_size=3)
ROWS = st.lists(st.tuples(TEXT, TEXT, NUMBER, LIST), max_size=5)
Row = tuple[str | None, str | None, Decimal | None, list[str | None] | None]


CON = duckdb.connect()


def _print_of(rows: list[Row]) -> str:
    CON.execute("create or replace table t (a varchar, b varchar, n decimal(10, 2), l varchar[])")
    if rows:
        CON.execute(
            f"insert into t values {', '.join(['(?, ?, ?, ?)'] * len(rows))}", [c for r in rows for c in r]
        )
    return fingerprints(CON)["t"]


def _content(rows: list[Row]) -> list[str]:
    return sorted(map(repr, rows))


@settings(max_examples=20, deadline=None)
@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_plays_no_part(rows: list[Row], data: st.DataObject) -> None:
    assert _print_of(rows) == _print_of(data.draw(st.permutations(rows)))


@settings(max_examples=50, deadline=None)
@given(one=ROWS, other=ROWS)
def test_prints_are_equal_exactly_when_the_rows_are(one: list[Row], other: list[Row]) -> None:
    assert (_print_of(one) == _print_of(other)) == (_content(one) == _content(other))


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(TEXT, TEXT, NUMBER, LIST), min_size=1, max_size=4), data=st.data())
def test_any_changed_cell_changes_the_print(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, 3))
    value = data.draw([TEXT, TEXT, NUMBER, LIST][column].filter(lambda v: repr(v) != repr(rows[at][column])))
    changed = list(rows)
    changed[at] = (*rows[at][:column], value, *rows[at][column + 1 :])
    assert _print_of(changed) != _print_of(rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select null::varchar as a", "select '' as a"),
        ("select null::varchar as a", "select 'N' as a"),
        ("select 1::integer as a", "select 1::bigint as a"),
        ("select 1::bigint as a", "select '1' as a"),
        ("select 1.5::decimal(6, 1) as a", "select 1.50::decimal(6, 2) as a"),
        ("select 1 as a", "select 1 as b"),
        ("select 'x' as a, 'y' as b", "select 'y' as a, 'x' as b"),
        ("select 'x|1:y' as a, '' as b", "select 'x' as a, 'y|0:' as b"),
        ("select 1 as a", "select 1 as a union all select 1"),
        ("select 1 as a where false", "select 1::bigint as a where false"),
        ("select 0.1::double + 0.2::double as a", "select 0.3::double as a"),
        ("select ['a', 'b'] as a", "select ['a, b'] as a"),
        ("select [null::varchar] as a", "select ['NULL'] as a"),
    ],
)
def test_what_a_reader_could_tell_apart_has_another_print(one: str, other: str) -> None:
    with duckdb.connect() as con:
        con.execute(f"create table x as {one}; create table y as {other}")
        found = fingerprints(con)
        assert found["x"] != found["y"]


def test_the_order_of_columns_plays_no_part() -> None:
    with duckdb.connect() as con:
        con.execute("create table x as select 1 as a, 'y' as b; create table y as select 'y' as b, 1 as a")
        found = fingerprints(con)
        assert found["x"] == found["y"]


def test_marts_control_tables_and_what_was_received_have_a_print() -> None:
    with duckdb.connect() as con:
        con.execute("create table x as select 1 as a; create view w as select 2 as a")
        con.execute("create schema staging; create schema intermediate; create table intermediate.z (a int)")
        con.execute("create table staging.y (a int)")
        con.execute("create temp view files as select 1 as a")
        assert set(fingerprints(con)) == {"x", "w", "control.files", "staging.y"}


def test_no_document_reads_a_table_without_a_print() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "pipelines/report").rglob("*.py")]
    assert any("staging." in text for text in sources)
    assert not [text for text in sources if re.search(r"\bintermediate\.\w", text)]
