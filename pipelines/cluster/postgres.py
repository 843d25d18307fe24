"""A PostgreSQL of its own on loopback, for as long as it is needed; what is in it stays in its folder."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.cluster.service import Service, environment, free_port, run_once

_OWNER = "kyoso"
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Postgres:
    """How to reach a running PostgreSQL.

    Attributes:
        port: of loopback.
        user: who owns everything in it.
        password: and the password.
    """

    port: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """Its database, for libraries that speak PostgreSQL's own language."""
        return f"postgresql://{self.user}:{self.password}@127.0.0.1:{self.port}/postgres"


@contextmanager
def postgres(folder: Path, programs: Path, account: pwd.struct_passwd | None) -> Iterator[Postgres]:
    """The PostgreSQL of a folder, made there when it has none.

    Args:
        folder: stays as it is when PostgreSQL stops; `data` in it belongs to who runs PostgreSQL.
        programs: folder with `initdb`, `postgres` and `pg_isready`.
        account: who runs it, which cannot be root; None for whoever asks.

    Raises:
        KyosoError: it did not start, or could not be made.
    """
    data = folder / "data"
    if not data.exists():
        _initialise(folder, data, programs, account)
    at = Postgres(free_port(), _OWNER, _password(folder).read_text())
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(at.port)]
    for setting in ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100"):
        command += ["-c", setting]
    with Service(
        "PostgreSQL", command, folder / "postgres.log", environment(), account, signal.SIGINT
    ) as running:
        ask = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(at.port)]
        running.wait_until(
            lambda: subprocess.run(ask, timeout=10, check=False).returncode == 0, _START_SECONDS
        )
        yield at


def _password(folder: Path) -> Path:
    return folder / "password"


def _initialise(folder: Path, data: Path, programs: Path, account: pwd.struct_passwd | None) -> None:
    """Make it under another name first: what an interrupted start left is none."""
    folder.mkdir(parents=True, exist_ok=True)
    making = folder / "data.making"
    shutil.rmtree(making, ignore_errors=True)
    secret = secrets.token_hex(16)
    own = _password(folder)
    own.unlink(missing_ok=True)
    own.touch(mode=0o600)
    own.write_text(secret)
    making.mkdir(mode=0o700)
    # Root's file cannot be read by who runs PostgreSQL; the folder must be empty when it is made.
    theirs = folder / "password.theirs"
    theirs.unlink(missing_ok=True)
    theirs.touch(mode=0o600)
    theirs.write_text(secret)
    if account:
        for path in (making, theirs):
            os.chown(path, account.pw_uid, account.pw_gid)
    try:
        run_once(
            "PostgreSQLの入れ物を作れません",
            [
                *(str(programs / "initdb"), "-D", str(making), "--username", _OWNER),
                *("--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--pwfile={theirs}"),
            ],
            f"{folder} とその上のフォルダに、{account.pw_name if account else '自分'}が入れるか確かめてください。"
            "例: chmod o+x フォルダ",
            account,
        )
    finally:
        theirs.unlink()
    making.rename(data)
