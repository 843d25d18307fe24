"""Tables computed elsewhere become the warehouse's own: their rows, under this project's types, constraints and comments."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.model.dbt import close_connections, environment, invoke
from pipelines.quality.fingerprint import fingerprints
from pipelines.settings import Settings

# A mart under contract, a staging table with counts, and the one model in Python.
TABLES = (
    ("main", "mart_programme_cost"),
    ("staging", "stg_procurement__joint_use"),
    ("intermediate", "int_effect__results"),
)
_DESCRIBED = """
    select column_name, data_type, is_nullable, comment from duckdb_columns() where not internal
    union all select table_name, constraint_type, null, constraint_text from duckdb_constraints() order by all
"""


def content(warehouse: Path) -> tuple[dict[str, str], list[Any], list[Any]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        effect = con.execute("from intermediate.int_effect__results order by all").fetchall()
        return fingerprints(con), con.execute(_DESCRIBED).fetchall(), effect


@pytest.fixture
def elsewhere(candidate: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The candidate, its tables written by an engine that counts in small integers and has no order."""
    settings = replace(candidate, home=tmp_path, engine="spark")
    shutil.copytree(candidate.candidate, settings.candidate)
    settings.landed.symlink_to(candidate.landed)
    with duckdb.connect(str(settings.candidate / "warehouse.duckdb"), read_only=True) as con:
        for schema, table in TABLES:
            folder = settings.computed / f"{schema}.db" / table
            folder.mkdir(parents=True)
            columns = con.execute(f"describe {schema}.{table}").fetchall()
            # Spark counts rows in smaller integers than DuckDB; what Python gave it keeps its types.
            narrow = [
                f'cast("{n}" as integer) as "{n}"' if t == "BIGINT" and schema != "intermediate" else f'"{n}"'
                for n, t, *_ in columns
            ]
            query = f"select {', '.join(narrow)} from {schema}.{table} order by hash({table}) desc"
            con.execute(f"copy ({query}) to '{folder / 'part-00000.parquet'}' (format parquet)")
    yield settings
    close_connections()


def take_over(settings: Settings, manifest: Any) -> set[str]:
    names = [table for _, table in TABLES]
    try:
        results = invoke(settings, ["run", "--select", *names], manifest).results
    finally:
        close_connections()
    return {f"{r.node.name}: {r.message}" for r in results if str(r.status) != "success"}


def test_the_same_rows_give_the_same_fingerprints_types_constraints_and_comments(
    elsewhere: Settings, manifest: Any
) -> None:
    warehouse = elsewhere.candidate / "warehouse.duckdb"
    before = content(warehouse)
    assert take_over(elsewhere, manifest) == set()
    assert content(warehouse) == before


def test_the_rows_are_those_computed_elsewhere_and_no_others(elsewhere: Settings, manifest: Any) -> None:
    warehouse = elsewhere.candidate / "warehouse.duckdb"
    before = content(warehouse)
    for schema, table in TABLES:
        file = elsewhere.computed / f"{schema}.db" / table / "part-00000.parquet"
        with duckdb.connect() as con:
            con.execute(f"create table kept as select * from '{file}' offset 1")
            con.execute(f"copy kept to '{file}' (format parquet)")
    assert take_over(elsewhere, manifest) == set()
    after = content(warehouse)
    assert after[1] == before[1]
    assert len(after[2]) == len(before[2]) - 1
    changed = {name for name in before[0] if before[0][name] != after[0][name]}
    assert changed == {"mart_programme_cost", "staging.stg_procurement__joint_use"}


def test_a_table_that_was_not_computed_is_an_error_and_never_computed_here(
    elsewhere: Settings, manifest: Any
) -> None:
    shutil.rmtree(elsewhere.computed / "main.db")
    (problem,) = take_over(elsewhere, manifest)
    assert "mart_programme_cost" in problem
    assert "No files found" in problem


def test_a_night_on_duckdb_forgets_an_engine_that_was_used_before(candidate: Settings) -> None:
    assert environment(candidate)["KYOSO_COMPUTED"] == ""
    assert environment(replace(candidate, engine="spark"))["KYOSO_COMPUTED"] == str(candidate.computed)
