"""A machine that was off for three nights: what came in is a release the same day, and not three nights' work."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.history import close_history, open_history
from tests.nightly.page import NEXT_DAY, Page, serve, wait

pytestmark = pytest.mark.slow

THREE_DAYS = 3 * 24 * 3600
_SCHEDULED = """
{ runsOrError(filter: { tags: [{ key: "dagster/schedule_name", value: "every_night" }] }) {
    ... on Runs { results { runId status } } } }
"""


def _state(instance: dg.DagsterInstance) -> Any:
    return next((s for s in instance.all_instigator_state() if s.name == "every_night"), None)


def _scheduled(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.ask(_SCHEDULED)["runsOrError"]["results"]
    return found


def test_nights_missed_while_the_machine_was_off_are_caught_up_once(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    (tmp_path / "first").mkdir()
    page = serve(tmp_path / "home", tmp_path / "first")
    try:
        # From its first start the schedule runs, without anybody turning it on.
        with open_history(page.settings) as instance:
            wait(lambda: _state(instance), 120, "the schedule is running")
    finally:
        page.close()
    with open_history(page.settings) as instance:
        state = _state(instance)
        off_since = state.instigator_data.start_timestamp - THREE_DAYS
        earlier = state.instigator_data._replace(
            start_timestamp=off_since, last_iteration_timestamp=off_since
        )
        instance.update_instigator_state(state.with_data(earlier))
    close_history()
    (tmp_path / "again").mkdir()
    page = serve(tmp_path / "home", tmp_path / "again")
    try:
        (run,) = wait(lambda: _scheduled(page), 120, "the missed night begins")
        assert page.ended(run["runId"])["status"] == "SUCCESS"
        assert len(_scheduled(page)) == 1
    finally:
        page.close()
    assert NEXT_DAY in (page.home / "current" / "manifest.json").read_text(encoding="utf-8")
