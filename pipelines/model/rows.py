"""DuckDB's answers as rows by name, and paths inside a text of SQL: the two things every reader of a warehouse writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]


def rows_of(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    """All rows of a query that was just run, each by its columns' names."""
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def quoted(path: Path) -> str:
    """A path between the quotes of a text of SQL."""
    return str(path).replace("'", "''")
