"""The models written in Python: the same function on Spark's tables, its rows back into a table of Spark.

dbt-spark sends Python only to Databricks. These models are small tables in and a small table out, so the night's own
process computes them.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Rows:
    """A table as the models read it: its columns, and its rows at once."""

    def __init__(self, spark: SparkSession, table: str) -> None:
        self._frame = spark.table(table)
        self.columns: list[str] = self._frame.columns

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        """All rows."""
        return [tuple(row) for row in self._frame.collect()]


class Given:
    """What dbt hands to a model: the way to its inputs.

    Args:
        spark: the session.
        tables: schema and name of every table, by its name.
    """

    def __init__(self, spark: SparkSession, tables: Mapping[str, str]) -> None:
        self._spark = spark
        self._tables = tables

    def ref(self, name: str) -> Rows:
        """An input."""
        return Rows(self._spark, self._tables[name])

    def config(self, **_: object) -> None:
        """How it is stored is decided here."""


def compute_python(spark: SparkSession, path: Path, table: str, tables: Mapping[str, str]) -> None:
    """Run the model in a file, and store what it gives.

    Args:
        spark: the session.
        path: the model's file.
        table: schema and name of its table.
        tables: schema and name of every table, by its name.
    """
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = module.model(Given(spark, tables), spark)
    spark.createDataFrame(rows).write.saveAsTable(table)
