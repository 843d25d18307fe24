"""The folder from which everything of the cluster, and the night's session, reads how it is set up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.cluster.metastore import Metastore

HOST = "127.0.0.1"
_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
# Python's gateway would say that it lowers the level, Hive's metastore that a schema is not there yet.
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
logger.metastore.name = org.apache.hadoop.hive.metastore.RetryingHMSHandler
logger.metastore.level = off
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c: %m%n
"""


@dataclass(frozen=True)
class Size:
    """How large the cluster is.

    Attributes:
        workers: how many, with one core each.
        memory: of each worker and of the driver, as Spark writes it: 1g, 512m.
    """

    workers: int = 2
    memory: str = "1g"


def write_configuration(conf: Path, master: str, catalog: Metastore, size: Size) -> None:
    """Write spark-defaults.conf, hive-site.xml and log4j2.properties into a folder that only its owner opens."""
    conf.mkdir(mode=0o700, exist_ok=True)
    conf.chmod(0o700)
    logging, scratch = conf / "log4j2.properties", conf.with_name("scratch")
    java_options = f"-XX:+UseSerialGC -Dlog4j2.configurationFile={logging} -Dderby.system.home={scratch}"
    settings = {
        "spark.master": master,
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.driver.memory": size.memory,
        "spark.executor.memory": size.memory,
        "spark.cores.max": str(size.workers),
        # Whoever else has an account on this machine can reach loopback, but does not know the secret.
        "spark.authenticate": "true",
        "spark.authenticate.secret": secrets.token_hex(16),
        "spark.master.rest.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(conf.with_name("tables")),
        "spark.sql.catalogImplementation": "hive",
        "spark.driver.extraClassPath": str(catalog.jdbc),
        "spark.driver.extraJavaOptions": java_options,
        "spark.executor.extraJavaOptions": java_options,
        "spark.default.parallelism": str(size.workers),
        "spark.sql.shuffle.partitions": str(size.workers),
        # All have arrived before the first task: otherwise one worker would do the work of the first queries alone.
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        # Compiling Java for every query takes longer than interpreting it over so few rows.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    logging.write_text(_LOGGING, encoding="utf-8")
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    (conf / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    (conf / "hive-site.xml").write_text(hive_site(catalog.settings), encoding="utf-8")


def hive_site(settings: Mapping[str, str]) -> str:
    """The text of hive-site.xml."""
    properties = "\n".join(
        f"  <property><name>{escape(name)}</name><value>{escape(value)}</value></property>"
        for name, value in settings.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n{properties}\n</configuration>\n'
