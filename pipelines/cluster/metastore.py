"""Hive's metastore in a PostgreSQL of its own: what tables there are outlives every session of Spark."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.cluster.parts import Parts
from pipelines.cluster.postgres import postgres
from pipelines.cluster.service import run_once


@dataclass(frozen=True)
class Metastore:
    """How to reach a running metastore.

    Attributes:
        url: for JDBC.
        user: PostgreSQL's user.
        password: and its password.
        jdbc: the driver.
    """

    url: str
    user: str
    password: str
    jdbc: Path

    @property
    def settings(self) -> dict[str, str]:
        """The settings of hive-site.xml that lead there."""
        return {
            "javax.jdo.option.ConnectionURL": self.url,
            "javax.jdo.option.ConnectionDriverName": "org.postgresql.Driver",
            "javax.jdo.option.ConnectionUserName": self.user,
            "javax.jdo.option.ConnectionPassword": self.password,
            "datanucleus.identifierFactory": "datanucleus1",
            # Tables are made beforehand: made on demand, two transactions wait for each other for ever.
            "datanucleus.schema.autoCreateAll": "false",
            "hive.metastore.schema.verification": "false",
        }


@contextmanager
def metastore(folder: Path, parts: Parts) -> Iterator[Metastore]:
    """The metastore of a folder, made there when it has none.

    Args:
        folder: stays as it is when the metastore stops; `data` in it belongs to who runs PostgreSQL.
        parts: the programs.

    Raises:
        KyosoError: PostgreSQL did not start, or the metastore could not be made.
    """
    made = folder / "made"
    if not made.exists():
        # What an interrupted start left is no metastore.
        shutil.rmtree(folder / "data", ignore_errors=True)
    with postgres(folder, parts.postgres, parts.account) as running:
        at = Metastore(
            f"jdbc:postgresql://127.0.0.1:{running.port}/postgres", running.user, running.password, parts.jdbc
        )
        if not made.exists():
            _make_schema(folder, at, parts)
            made.touch()
        yield at


def _make_schema(folder: Path, at: Metastore, parts: Parts) -> None:
    """The metastore's tables, by the tool of the library that reads them.

    `datanucleus.schema.autoCreateAll` waits for ever on PostgreSQL.
    """
    jars = parts.spark / "jars"
    classes = folder / "package.jdo"
    with zipfile.ZipFile(next(jars.glob("hive-metastore-*.jar"))) as jar:
        classes.write_bytes(jar.read("package.jdo"))
    properties = folder / "schema.properties"
    properties.touch(mode=0o600)
    properties.write_text("".join(f"{name}={value}\n" for name, value in at.settings.items()))
    try:
        run_once(
            "メタストアの表を作れません",
            [
                *(
                    str(parts.java),
                    "-cp",
                    f"{jars}/*:{parts.jdbc}",
                    "org.datanucleus.store.schema.SchemaTool",
                ),
                *("-create", "-api", "JDO", "-props", str(properties), str(classes)),
            ],
            f"{folder} を消して、もう一度実行してください。",
        )
    finally:
        classes.unlink()
        properties.unlink()
