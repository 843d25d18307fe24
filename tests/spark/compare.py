"""Tables of two engines, row by row and cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

# Names and types of the columns, and the rows.
Content = tuple[Sequence[tuple[str, str]], Iterable[Sequence[Any]]]
_SHOWN = 3
_SPARK_NAMES = {
    "VARCHAR": "string",
    "INTEGER": "int",
    "TIMESTAMP": "timestamp_ntz",
    "VARCHAR[]": "array<string>",
}


@dataclass(frozen=True)
class Same:
    """A table that both engines give alike."""

    table: str
    rows: int


@dataclass(frozen=True)
class Difference:
    """A table that differs, and how."""

    table: str
    how: str

    def __str__(self) -> str:
        """What differs."""
        return f"相違 {self.table}: {self.how}"


def compare(spark: Any, warehouse: Path) -> list[Same | Difference]:
    """Every table of the warehouse against Spark's table of the same name."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        return [_compare(spark, con, f"{schema}.{table}") for schema, table in tables]


def _compare(spark: Any, con: duckdb.DuckDBPyConnection, table: str) -> Same | Difference:
    if not spark.catalog.tableExists(table):
        return Difference(table, "Sparkにありません")
    theirs = spark.table(table)
    ours = con.execute(f"select * from {table}")
    wanted = [(str(d[0]), _spark_name(str(d[1]))) for d in ours.description or ()]
    return judge(table, (wanted, ours.fetchall()), (theirs.dtypes, theirs.collect()))


def judge(table: str, ours: Content, theirs: Content) -> Same | Difference:
    """Columns in their order, and rows in any order but as often as they are there."""
    (wanted, here), (found, there) = ours, theirs
    # Types are promised for what analysts read; between the models Spark counts rows in smaller integers.
    as_promised = (
        wanted == found if table.startswith("main.") else [n for n, _ in wanted] == [n for n, _ in found]
    )
    if not as_promised:
        odd = [f"{w} ≠ {f}" for w, f in zip(wanted, found, strict=False) if w != f]
        return Difference(table, f"列 {odd[:_SHOWN] or (len(wanted), len(found))}")
    counted, other = (Counter(tuple(map(_value, row)) for row in rows) for rows in (here, there))
    if counted == other:
        return Same(table, counted.total())
    only_here, only_there = counted - other, other - counted
    lines = [f"\n  DuckDB {row}" for row in list(only_here)[:_SHOWN]]
    lines += [f"\n  Spark  {row}" for row in list(only_there)[:_SHOWN]]
    return Difference(
        table, f"DuckDBだけ{only_here.total()}行、Sparkだけ{only_there.total()}行{''.join(lines)}"
    )


def _spark_name(name: str) -> str:
    return _SPARK_NAMES.get(name, name.lower())


def _value(cell: Any) -> Any:
    """A cell as both engines give it to Python; lists are made hashable."""
    return tuple(cell) if isinstance(cell, list) else cell


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201
