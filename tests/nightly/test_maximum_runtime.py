"""A night that hangs. If nobody ends it, every night after it waits, and analysts read figures of last week."""

from __future__ import annotations

import os
import re
import shutil
import signal
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
        os.kill(hanging, signal.SIGSTOP)
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
