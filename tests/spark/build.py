"""dbt's own build of the project with `--target spark`, in the session that is open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
# Models in Python belong to the adapter for DuckDB: their table is taken over, what follows is built from it.
TAKEN_OVER = (("intermediate", "int_effect__results"),)


def build(spark: Any, release: Path, landed: Path, folder: Path) -> list[str]:
    """Build seeds and models from the landed files and the control tables of a release.

    Args:
        spark: the open session, which dbt finds by itself.
        release: folder with control tables and the warehouse built by DuckDB.
        landed: the home's landed Parquet.
        folder: where dbt may write.

    Returns:
        What failed, in words; empty when everything was built.
    """
    os.environ.update(
        {
            "KYOSO_BUILD": str(release),
            "KYOSO_LANDED": str(landed),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        }
    )
    registered = _dbt(["run-operation", "register_received"], folder)
    if failed := _failed(registered):
        return failed
    _take_over(spark, release / "warehouse.duckdb", folder)
    left_out = [word for _, table in TAKEN_OVER for word in ("--exclude", table)]
    kinds = [word for kind in ("unit_test", "test", "exposure") for word in ("--exclude-resource-type", kind)]
    return _failed(_dbt(["build", *kinds, *left_out], folder))


def _failed(results: Any) -> list[str]:
    return [f"{r.unique_id}: {r.message}" for r in results if str(r.status) not in ("success", "pass")]


def _dbt(command: list[str], folder: Path) -> Any:
    from dbt.cli.main import dbtRunner

    places = [
        "--project-dir",
        str(PROJECT),
        "--target-path",
        str(folder / "dbt"),
        "--log-path",
        str(folder / "dbt"),
    ]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-version-check", "--no-write-json"]
    outcome = dbtRunner().invoke([*command, "--target", "spark", *quiet, *places])
    if outcome.exception is not None:
        raise outcome.exception
    return outcome.result.results


def _take_over(spark: Any, warehouse: Path, folder: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for schema, table in TAKEN_OVER:
            file = folder / f"{table}.parquet"
            con.execute(f"copy {schema}.{table} to '{file}' (format parquet)")
            spark.sql(f"create schema if not exists {schema}")
            spark.sql(f"create table {schema}.{table} using parquet options (path '{file}')")
