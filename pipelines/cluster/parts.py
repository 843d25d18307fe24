"""What the cluster is made of, found on this machine: Java, PostgreSQL, its JDBC driver, Spark."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipelines.errors import KyosoError

JAVA_AT_LEAST = 17
_DEBIANS_POSTGRES = Path("/usr/lib/postgresql")
_DEBIANS_JDBC = Path("/usr/share/java/postgresql.jar")
_PACKAGES = "apt-get install openjdk-17-jre-headless postgresql libpostgresql-jdbc-java"


@dataclass(frozen=True)
class Parts:
    """Where the parts are.

    Attributes:
        java: the program.
        spark: folder of the pyspark package, which holds `bin/` and `jars/`.
        postgres: folder with `initdb`, `postgres` and `pg_isready`.
        jdbc: PostgreSQL's driver for Java.
        account: who runs PostgreSQL, which refuses to be run by root; None when this is not root.
    """

    java: Path
    spark: Path
    postgres: Path
    jdbc: Path
    account: pwd.struct_passwd | None

    @classmethod
    def find(cls) -> Parts:
        """Look for every part.

        Raises:
            KyosoError: one is missing, or too old (exit code 2).
        """
        return cls(_java(), _spark(), find_postgres(), _jdbc(), postgres_account())


def _java() -> Path:
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not found or not Path(found).exists():
        raise _missing("Java", f"Java {JAVA_AT_LEAST}", "JAVA_HOME")
    said = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA_AT_LEAST:
        raise KyosoError(
            f"Javaが古く、Sparkを動かせません({said.splitlines()[0] if said else '版を読めません'})。",
            where=found,
            todo=f"Java {JAVA_AT_LEAST}以上を入れ、環境変数 JAVA_HOME で示してください。例: {_PACKAGES}",
            exit_code=2,
        )
    return Path(found)


def _spark() -> Path:
    spec = find_spec("pyspark")
    if spec is None or not spec.submodule_search_locations:
        raise KyosoError(
            "Sparkの部品(pyspark)が、このPythonにありません。",
            todo="make spark-setup で入れ、.venv/spark/bin/python から動かしてください。"
            "例: .venv/spark/bin/python -m pipelines.cluster -- kyoso nightly",
            exit_code=2,
        )
    return Path(spec.submodule_search_locations[0])


def find_postgres() -> Path:
    """Folder with `initdb`, `postgres` and `pg_isready`.

    Raises:
        KyosoError: there is none (exit code 2).
    """
    # Debian keeps the programs of each version in a folder of their own, out of the path.
    folders = [path.parent for path in _DEBIANS_POSTGRES.glob("*/bin/postgres")]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    whole = [f for f in folders if all((f / name).exists() for name in ("initdb", "pg_isready"))]
    if not whole:
        raise _missing("PostgreSQL(initdb・postgres・pg_isready)", "PostgreSQL", "PATH")
    return max(whole, key=lambda folder: (_number(folder.parent.name), folder))


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0


def _jdbc() -> Path:
    given = os.environ.get("KYOSO_JDBC")
    path = Path(given) if given else _DEBIANS_JDBC
    if not path.exists():
        raise _missing(f"PostgreSQLのJDBCドライバ({path})", "そのパッケージ", "KYOSO_JDBC")
    return path


def postgres_account() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL, which refuses to be run by root; None when this is not root.

    Raises:
        KyosoError: there is nobody else on this machine (exit code 2).
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise KyosoError(
        "PostgreSQLはrootでは動きません。代わりに動かす利用者(postgres か nobody)も、この機械にいません。",
        todo="root以外の利用者で実行するか、利用者 postgres を作ってください。例: adduser --system postgres",
        exit_code=2,
    )


def _missing(what: str, short: str, variable: str) -> KyosoError:
    return KyosoError(
        f"{what}が見つかりません。",
        todo=f"{short}を入れるか、環境変数 {variable} で場所を示してください。例: {_PACKAGES}",
        exit_code=2,
    )
