"""A Spark of this machine alone, in this process: nothing listens beyond loopback, nothing stays behind."""

from __future__ import annotations

import os
import warnings
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

_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c: %m%n
"""


@contextmanager
def local_session(folder: Path) -> Iterator[Any]:
    """A session on two threads whose tables and scratch files lie in a folder of the caller's."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    # What pyspark says of pandas concerns its data frames, which dbt does not use.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    from pyspark.sql import SparkSession

    logging = folder / "log4j2.properties"
    logging.write_text(_LOGGING, encoding="utf-8")
    builder = SparkSession.builder.master("local[2]").appName("kyoso")
    places = {
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.local.dir": str(folder / "scratch"),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging}",
    }
    for name, value in {**_SETTINGS, **places}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()
