"""A table's content as a short text that is equal exactly when names, types and rows are equal.

A DuckDB file's bytes differ between identical builds, its content does not. The order of rows and
of columns plays no part; the number of equal rows does.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

JUDGED_SCHEMA = "main"


def fingerprint(con: duckdb.DuckDBPyConnection, table: str, schema: str = JUDGED_SCHEMA) -> str:
    """Fingerprint of one table: row count, sum of row hashes, hash of column names and types.

    Every cell enters with its length in front, or as N when null, so that neither a separator
    inside a text nor a null can make two different rows look equal.
    """
    columns = con.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_schema = ? and table_name = ? order by column_name",
        [schema, table],
    ).fetchall()
    if not columns:
        raise LookupError(f"{schema}.{table}")
    cells = ", ".join(_cell(name) for name, _ in columns)
    row = con.execute(
        f"select count(*), coalesce(sum(md5_number_lower(concat_ws('|', {cells}))::hugeint), 0) "
        f"from {_quote(schema)}.{_quote(table)}"
    ).fetchone()
    assert row is not None
    shape = "\n".join(f"{name} {data_type}" for name, data_type in columns)
    return f"{row[0]}-{int(row[1]):x}-{hashlib.sha256(shape.encode()).hexdigest()[:16]}"


def tables(con: duckdb.DuckDBPyConnection, schema: str = JUDGED_SCHEMA) -> list[str]:
    """Names of the tables of a schema, sorted."""
    rows = con.execute(
        "select table_name from information_schema.tables "
        "where table_schema = ? and table_type = 'BASE TABLE' order by table_name",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def fingerprints(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Fingerprint of every table that documents and analysts read."""
    return {table: fingerprint(con, table) for table in tables(con)}


def _cell(name: str) -> str:
    text = f"cast({_quote(name)} as varchar)"
    return f"case when {_quote(name)} is null then 'N' else length({text}) || ':' || {text} end"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
