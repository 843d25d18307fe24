"""A table's content as a short text that is equal exactly when names, types and rows are equal.

A DuckDB file's bytes differ between identical builds, its content does not. The order of rows and
of columns plays no part; the number of equal rows does.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# What depends on the release before this one: no input decides it, no document prints it.
TRANSITIONS = ("mart_kpi_change", "previous_kpi", "previous_kpi_files")
_NAME = """
    case when database_name = 'temp' then 'control.' || table_name
        when schema_name = 'main' then table_name else schema_name || '.' || table_name end
"""
_COLUMNS = f"""
    select {_NAME} as name, database_name, schema_name, table_name,
        list(column_name order by column_name) as names, list(data_type order by column_name) as types
    from duckdb_columns()
    where not internal and not list_contains(?, table_name)
        and schema_name in ('main', 'staging')
    group by all order by name
"""


def fingerprints(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Fingerprint of everything that documents and analysts read.

    Marts have their plain name, control tables `control.` in front; staging tables, whose text as typed stands
    in the evidence and whose parameters decide what is printed, `staging.`.
    """
    found = con.execute(_COLUMNS, [list(TRANSITIONS)]).fetchall()
    return {
        name: _fingerprint(con, ".".join(map(_quote, place)), names, types)
        for name, *place, names, types in found
    }


def _fingerprint(con: duckdb.DuckDBPyConnection, table: str, names: list[str], types: list[str]) -> str:
    """Row count, sum of row hashes, hash of column names and types.

    Every cell enters with its length in front, or as N when null, so that neither a separator
    inside a text nor a null can make two different rows look equal.
    """
    cells = ", ".join(map(_cell, names))
    row = con.execute(
        f"select count(*), coalesce(sum(md5_number_lower(concat_ws('|', {cells}))::hugeint), 0) from {table}"
    ).fetchone()
    assert row is not None
    shape = "\n".join(f"{name} {data_type}" for name, data_type in zip(names, types, strict=True))
    return f"{row[0]}-{int(row[1]):x}-{hashlib.sha256(shape.encode()).hexdigest()[:16]}"


def _cell(name: str) -> str:
    text = f"cast({_quote(name)} as varchar)"
    return f"case when {_quote(name)} is null then 'N' else length({text}) || ':' || {text} end"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
