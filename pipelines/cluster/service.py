"""A program that runs beside this process, and never longer than it; or once, to make something."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from pipelines.background import be_sent_with_parents_end
from pipelines.errors import KyosoError

_POLL_SECONDS = 0.1
_LAST_LINES = 5
_MAKE_SECONDS = 180.0


class Service:
    """A running program whose words go to a log; leaving the `with` stops it.

    Args:
        name: for people.
        command: the program and its arguments.
        log: file for what it says.
        environment: its variables, all of them.
        account: who runs it, when that is somebody else.
        farewell: the signal that asks it to end.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        account: pwd.struct_passwd | None = None,
        farewell: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._name = name
        self._log = log
        self._farewell = farewell
        with log.open("wb") as words:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                # Ctrl-C at the terminal is for the one who started it, who then stops this one in good order.
                start_new_session=True,
                # No thread of this process is at work yet that could hold a lock.
                preexec_fn=partial(die_with_parent, farewell),  # noqa: PLW1509
                **as_account(account),
            )

    @property
    def pid(self) -> int:
        """The number of its process, which is the number of its session as well."""
        return self._process.pid

    def wait_until(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Return as soon as it is ready.

        Raises:
            KyosoError: it ended, or was not ready in time.
        """
        until = time.monotonic() + seconds
        while not is_ready():
            code = self._process.poll()
            if code is not None:
                raise self._failed(f"すぐに終わりました(終了コード {code})")
            if time.monotonic() > until:
                raise self._failed(f"{seconds:.0f}秒たっても使えるようになりません")
            time.sleep(_POLL_SECONDS)

    def stop(self, seconds: float = 20) -> None:
        """Ask it to end, and end it and what it started when it does not."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self._farewell)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        # What it had started belongs to its session.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _failed(self, how: str) -> KyosoError:
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LAST_LINES:]
        return KyosoError(
            f"{self._name}が{how}。",
            where=" / ".join([str(self._log), *said]),
            todo="上の記録の最後の行を確かめてください。機械のメモリが足りないときは、--memory を小さくしてください。例: --memory 512m",
        )

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run_once(what: str, command: Sequence[str], todo: str, account: pwd.struct_passwd | None = None) -> None:
    """Run a program that makes something and ends.

    Raises:
        KyosoError: it failed or did not end, with its last words.
    """
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_MAKE_SECONDS,
            env=environment(),
            check=False,
            cwd="/",
            **as_account(account),
        )
        code, said = ran.returncode, ran.stdout
    except subprocess.TimeoutExpired:
        code, said = 1, f"{_MAKE_SECONDS:.0f}秒たっても終わりません"
    if code:
        lines = [line for line in said.splitlines() if line.strip()]
        raise KyosoError(f"{what}。", where=" / ".join(lines[-3:]), todo=todo)


def environment() -> dict[str, str]:
    """Messages in one language and times of one zone, whatever the machine's are."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of `subprocess` that give up root's rights for somebody else's."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def die_with_parent(farewell: signal.Signals) -> None:
    """Called in a new child: a parent killed with -9 stops nothing, so the kernel then asks the child to end.

    Asked it must listen, whatever its parent does with that signal.
    """
    signal.signal(farewell, signal.SIG_DFL)
    be_sent_with_parents_end(farewell)
