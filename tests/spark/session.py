"""A Spark of this machine alone, in this process: nothing listens beyond loopback, nothing stays behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "Asia/Tokyo",
    # The catalog lives as long as the session: no metastore to make, lock or remove.
    "spark.sql.catalogImplementation": "in-memory",
    # The sample is small: a few tasks, not the two hundred of a cluster.
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.driver.memory": "2g",
    # Compiling Java for every query takes longer than interpreting it over so few rows.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@contextmanager
def local_session(folder: Path) -> Iterator[Any]:
    """A session on two threads whose tables and scratch files lie in a folder of the caller's."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("kyoso")
    places = {"spark.sql.warehouse.dir": str(folder / "tables"), "spark.local.dir": str(folder / "scratch")}
    for name, value in {**_SETTINGS, **places}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()
