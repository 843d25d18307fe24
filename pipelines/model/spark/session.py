"""The night's session on the cluster that Spark's own configuration (`SPARK_CONF_DIR`) names."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.errors import KyosoError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What the figures depend on is no matter of the cluster's configuration.
_MEANING = {
    "spark.sql.session.timeZone": "Asia/Tokyo",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.sources.default": "parquet",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
}


@contextmanager
def session() -> Iterator[SparkSession]:
    """A session, which dbt finds by itself; it ends with the block.

    Raises:
        KyosoError: pyspark is missing (exit code 2), or the cluster cannot be reached.
    """
    # What pyspark says of pandas concerns its data frames, which nothing here uses.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise KyosoError(
            "KYOSO_ENGINE=spark ですが、Sparkの部品(pyspark)がこのPythonにありません。",
            todo="make spark-setup で入れ、.venv/spark/bin/python から動かしてください。DuckDBで作るときは KYOSO_ENGINE を外してください。"
            "例: .venv/spark/bin/python -m pipelines.cli nightly",
            exit_code=2,
        ) from error
    builder = SparkSession.builder.appName("kyoso").enableHiveSupport()
    for name, value in _MEANING.items():
        builder = builder.config(name, value)
    try:
        found = builder.getOrCreate()
    except Exception as error:
        raise KyosoError(
            f"Sparkのクラスタにつながりません({_first_line(error)})。前回の公開版はそのまま使えます。",
            where="SPARK_CONF_DIR の spark-defaults.conf と hive-site.xml",
            todo="spark.master とメタストアの所在、Java 17があることを確かめてください。例: spark.master spark://host:7077",
        ) from error
    try:
        yield found
    finally:
        found.stop()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
