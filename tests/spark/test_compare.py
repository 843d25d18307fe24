"""The comparison must see a single cell: it is all that holds the two engines together."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.spark.compare import Difference, Same, judge

COLUMNS = [("kpi_id", "string"), ("value", "decimal(18,4)"), ("missing", "array<string>"), ("row", "bigint")]
ROWS = ("('K101', 1.5, ['判断'], 1)", "('K102', null, [], 2)", "('K102', null, [], 2)")
TYPES = "(kpi_id varchar, value decimal(18, 4), missing varchar[], row bigint)"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("create schema intermediate")
        for table in ("main.mart_kpi", "intermediate.int_x", "theirs"):
            con.execute(f"create table {table} {TYPES}")
            con.execute(f"insert into {table} values {', '.join(ROWS)}")
        yield con


def theirs(con: duckdb.DuckDBPyConnection, *rows: str) -> None:
    con.execute("delete from theirs")
    con.execute(f"insert into theirs values {', '.join(rows)}")


def test_the_same_rows_in_another_order_are_the_same_table(con: duckdb.DuckDBPyConnection) -> None:
    theirs(con, *ROWS[::-1])
    assert judge(con, "main.mart_kpi", "theirs", COLUMNS) == Same("main.mart_kpi", 3)


@pytest.mark.parametrize(
    ("position", "row"),
    [
        (0, "('K101', 1.5001, ['判断'], 1)"),
        (0, "('K101', 1.5, [], 1)"),
        (0, "('K101', 1.5, ['判断'], 3)"),
        (1, "('K102', 0, [], 2)"),
        (1, "('K102', null, null, 2)"),
        (1, ROWS[0]),
    ],
    ids=[
        "one digit",
        "a list",
        "a number",
        "null is not zero",
        "no list is not an empty one",
        "twice instead of once",
    ],
)
def test_one_cell_makes_a_difference(position: int, row: str, con: duckdb.DuckDBPyConnection) -> None:
    theirs(con, *ROWS[:position], row, *ROWS[position + 1 :])
    found = judge(con, "main.mart_kpi", "theirs", COLUMNS)
    assert isinstance(found, Difference)
    assert "DuckDBだけ1行、Sparkだけ1行" in found.how


def test_a_missing_column_and_a_type_that_was_promised_make_a_difference(
    con: duckdb.DuckDBPyConnection,
) -> None:
    smaller = [*COLUMNS[:3], ("row", "int")]
    assert isinstance(judge(con, "main.mart_kpi", "theirs", smaller), Difference)
    assert isinstance(judge(con, "intermediate.int_x", "theirs", smaller), Same)
    assert isinstance(judge(con, "intermediate.int_x", "theirs", COLUMNS[:3]), Difference)
    as_text = [*COLUMNS[:3], ("row", "string")]
    assert isinstance(judge(con, "intermediate.int_x", "theirs", as_text), Difference)
