"""Programs beside the cluster's process: never waited for endlessly, never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.cluster.service import Service
from pipelines.errors import KyosoError

SLEEP = ["sleep", "600"]
DEAF = ["sh", "-c", "trap '' TERM; sleep 600 & wait; wait"]


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie that nobody has collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid: int, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


def children_of(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in found.stdout.split()]


def start(command: list[str], folder: Path) -> Service:
    return Service("見本", command, folder / "log", os.environ)


def test_what_was_started_ends_with_the_block_even_when_the_block_fails(tmp_path: Path) -> None:
    def fails() -> None:
        with start(SLEEP, tmp_path) as service:
            started.append(service.pid)
            assert is_running(service.pid)
            raise ZeroDivisionError

    started: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fails()
    assert wait_for_end(started[0])


def test_who_does_not_listen_is_ended_with_what_it_started(tmp_path: Path) -> None:
    service = start(DEAF, tmp_path)
    until = time.monotonic() + 5
    while not (children := children_of(service.pid)) and time.monotonic() < until:
        time.sleep(0.02)
    service.stop(seconds=0.3)
    assert wait_for_end(service.pid)
    assert children
    assert all(wait_for_end(child) for child in children)


def test_a_program_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    with (
        start(["sh", "-c", "echo 'port is taken'; exit 3"], tmp_path) as service,
        pytest.raises(KyosoError) as told,
    ):
        service.wait_until(lambda: False, seconds=10)
    assert "終了コード 3" in told.value.what
    assert "port is taken" in told.value.where


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    with start(SLEEP, tmp_path) as service, pytest.raises(KyosoError, match="使えるようになりません"):
        service.wait_until(lambda: False, seconds=0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word to children is Linux's")
def test_a_parent_killed_with_minus_nine_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal, time\n"
        # Whoever is not to be disturbed hands that down to the children.
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "from pipelines.cluster.service import Service\n"
        f"s = Service('x', {SLEEP!r}, pathlib.Path({str(tmp_path / 'log')!r}), os.environ)\n"
        "print(s.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    assert wait_for_end(child)
