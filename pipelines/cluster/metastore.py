"""Hive's metastore in a PostgreSQL of its own: what tables there are outlives every session of Spark."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.cluster.parts import Parts
from pipelines.cluster.service import Service, as_account, free_port
from pipelines.errors import KyosoError

_OWNER = "kyoso"
_START_SECONDS = 60.0
_MAKE_SECONDS = 180.0


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
    made, data = folder / "made", folder / "data"
    if not made.exists():
        # What an interrupted start left is no metastore.
        shutil.rmtree(data, ignore_errors=True)
        _initialise(folder, data, parts)
    port = free_port()
    at = Metastore(
        f"jdbc:postgresql://127.0.0.1:{port}/postgres", _OWNER, _password(folder).read_text(), parts.jdbc
    )
    command = [str(parts.postgres / "postgres"), "-D", str(data), "-p", str(port)]
    for setting in ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=40"):
        command += ["-c", setting]
    with Service(
        "PostgreSQL", command, folder / "postgres.log", _environment(), parts.account, signal.SIGINT
    ) as postgres:
        ask = [str(parts.postgres / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        postgres.wait_until(
            lambda: subprocess.run(ask, timeout=10, check=False).returncode == 0, _START_SECONDS
        )
        if not made.exists():
            _make_schema(folder, at, parts)
            made.touch()
        yield at


def _password(folder: Path) -> Path:
    return folder / "password"


def _initialise(folder: Path, data: Path, parts: Parts) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_hex(16)
    own = _password(folder)
    own.unlink(missing_ok=True)
    own.touch(mode=0o600)
    own.write_text(secret)
    data.mkdir(mode=0o700)
    # Root's file cannot be read by who runs PostgreSQL; the folder must be empty when it is made.
    theirs = folder / "password.theirs"
    theirs.unlink(missing_ok=True)
    theirs.touch(mode=0o600)
    theirs.write_text(secret)
    if parts.account:
        for path in (data, theirs):
            os.chown(path, parts.account.pw_uid, parts.account.pw_gid)
    try:
        _run(
            "PostgreSQLの入れ物を作れません",
            [
                *(str(parts.postgres / "initdb"), "-D", str(data), "--username", _OWNER),
                *("--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--pwfile={theirs}"),
            ],
            f"{folder} とその上のフォルダに、{parts.account.pw_name if parts.account else '自分'}が入れるか確かめてください。"
            "例: chmod o+x フォルダ",
            parts,
        )
    finally:
        theirs.unlink()


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
        _run(
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


def _run(what: str, command: Sequence[str], todo: str, parts: Parts | None = None) -> None:
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_MAKE_SECONDS,
            env=_environment(),
            check=False,
            cwd="/",
            **as_account(parts.account if parts else None),
        )
        code, said = ran.returncode, ran.stdout
    except subprocess.TimeoutExpired:
        code, said = 1, f"{_MAKE_SECONDS:.0f}秒たっても終わりません"
    if code:
        lines = [line for line in said.splitlines() if line.strip()]
        raise KyosoError(f"{what}。", where=" / ".join(lines[-3:]), todo=todo)


def _environment() -> dict[str, str]:
    """Messages in one language and times of one zone, whatever the machine's are."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
