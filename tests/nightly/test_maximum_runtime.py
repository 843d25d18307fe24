"""A night that hangs. If nobody ends it, every night after it waits, and analysts read figures of last week."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.nightly.page import NEXT_DAY, serve, wait

pytestmark = pytest.mark.slow
# Dagster looks once a minute.
_LOOKS_SECONDS = 180
_LONGEST = {"dagster/max_runtime": "5"}


def _process_of(run: dict[str, Any]) -> int:
    """The process that makes the night, as Dagster notes it."""
    found = re.search(r"\(pid: (\d+)\)", _messages(run))
    assert found, _messages(run)
    return int(found[1])


def _messages(run: dict[str, Any]) -> str:
    return "\n".join(e.get("message") or "" for e in run["eventConnection"]["events"])


def _hang(process: int, history: Path) -> None:
    """Stop a process, but not in the middle of a word to Dagster's history: stopped there it would lock everybody out."""
    for _ in range(100):
        os.kill(process, signal.SIGSTOP)
        if all(_can_be_written(file) for file in history.rglob("*.db")):
            return
        os.kill(process, signal.SIGCONT)
        time.sleep(0.1)
    pytest.fail("it writes without end")


def _can_be_written(file: Path) -> bool:
    with contextlib.closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as con:
        try:
            con.execute("begin immediate")
            con.execute("rollback")
        except sqlite3.OperationalError:
            return False
    return True


def test_a_night_that_hangs_is_ended_and_the_next_one_succeeds(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    before = (home / "current").resolve()
    page = serve(home, tmp_path)
    try:
        run_id = page.launch(tags=_LONGEST)
        wait(lambda: page.run(run_id)["status"] == "STARTED", 120, "it works")
        hanging = _process_of(page.run(run_id))
        assert hanging in page.processes()
        _hang(hanging, home / "dagster" / "history")
        wait(lambda: "maximum runtime" in _messages(page.run(run_id)), _LOOKS_SECONDS, "it is noticed")
        # As when the disk of the other machine answers again.
        os.kill(hanging, signal.SIGCONT)
        assert page.ended(run_id)["status"] == "FAILURE"
        wait(lambda: hanging not in page.processes(), 60, "nothing of it goes on")
        assert (home / "current").resolve() == before
        assert page.ended(page.launch())["status"] == "SUCCESS"
        assert NEXT_DAY in (home / "current" / "manifest.json").read_text(encoding="utf-8")
    finally:
        page.close()
