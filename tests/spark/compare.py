"""Tables of two engines, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

# Names and types of the columns, as Spark writes them.
Columns = Sequence[tuple[str, str]]
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


def compare(spark: Any, computed: Path, warehouse: Path) -> list[Same | Difference]:
    """Every table of the warehouse against Spark's table of the same name, whose rows lie in `computed`."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        found: list[Same | Difference] = []
        for schema, name in tables:
            table = f"{schema}.{name}"
            if spark.catalog.tableExists(table):
                rows = f"read_parquet('{computed}/{schema}.db/{name}/*.parquet')"
                found.append(judge(con, table, rows, spark.table(table).dtypes))
            else:
                found.append(Difference(table, "Sparkにありません"))
        return found


def judge(con: duckdb.DuckDBPyConnection, table: str, rows: str, columns: Columns) -> Same | Difference:
    """Columns in their order, and rows in any order but as often as they are there.

    Args:
        con: DuckDB with the table.
        table: schema and name.
        rows: the other engine's rows, as something to select from.
        columns: the other engine's columns and types.
    """
    described = con.execute(f"select * from {table} limit 0").description or ()
    wanted = [(str(d[0]), _spark_name(str(d[1]))) for d in described]
    # Types are promised for what analysts read; between the models Spark counts rows in smaller integers.
    loosely = not table.startswith("main.")
    if _loose(wanted, loosely=loosely) != _loose(columns, loosely=loosely):
        odd = [f"{w} ≠ {f}" for w, f in zip(wanted, columns, strict=False) if w != f]
        return Difference(table, f"列 {odd[:_SHOWN] or (len(wanted), len(columns))}")
    names = ", ".join(f'"{name}"' for name, _ in wanted)
    here, there = f"select {names} from {table}", f"select {names} from {rows}"
    lines, counts = [], []
    for engine, one, other in (("DuckDB", here, there), ("Spark", there, here)):
        only = con.execute(f"{one} except all {other}").fetchall()
        counts.append(len(only))
        lines += [f"\n  {engine} {row}" for row in only[:_SHOWN]]
    if any(counts):
        return Difference(table, f"DuckDBだけ{counts[0]}行、Sparkだけ{counts[1]}行{''.join(lines)}")
    (total,) = con.execute(f"select count(*) from {table}").fetchall()[0]
    return Same(table, total)


def _loose(columns: Columns, *, loosely: bool) -> list[tuple[str, str]]:
    if not loosely:
        return list(columns)
    return [(name, _family(kind)) for name, kind in columns]


def _family(kind: str) -> str:
    if kind in ("int", "bigint", "hugeint"):
        return "integer"
    return "decimal" if kind.startswith("decimal") else kind


def _spark_name(name: str) -> str:
    return _SPARK_NAMES.get(name, name.lower())


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201
