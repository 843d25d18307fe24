"""Killed with -9 at any moment. If a power cut can leave half a release, or a lock, or an orphan, nobody can run this at night.

The switch itself is killed at every single change to the disk in tests/unit/serve/test_release.py;
here a whole night dies, again and again in the same home, each time a little later.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest.ledger import Ledger
from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.settings import CHECKOUT
from tests.conftest import SAMPLE, run_night
from tests.faults.sandbox import processes_with

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")]
Moment = Callable[[Path], bool]


def files_below(home: Path, pattern: str) -> int:
    return sum(1 for _ in home.glob(pattern))


def has(pattern: str, count: int = 1) -> Moment:
    return lambda home: files_below(home, pattern) >= count


RECEIVING: dict[str, Moment] = {
    "while the first file is copied": has("archive/.incoming"),
    "half the files archived, none in the ledger": has("archive/*/*", 150),
    "all files in the ledger": has("archive/ledger.jsonl"),
    "while files are read": has("landed/_files/empty.parquet"),
    "the first segment landed": has("landed/_manifest/*.json"),
}
RELEASING: dict[str, Moment] = {
    "the candidate begun": has("build/candidate/control/files.parquet"),
    "while dbt builds": has("build/candidate/warehouse.duckdb"),
    "dbt done, expectations running": has("build/candidate/control/dbt_results.json"),
    "judged": has("build/candidate/verdict.json"),
    "the first document written": has("build/candidate/reports/*"),
    "the new release in its place": has("releases/*", 2),
}


def start_night(home: Path, as_of: str, mark: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipelines.cli", "nightly", "--raw", str(SAMPLE), "--home", str(home)]
    return subprocess.Popen(
        [*command, "--as-of", as_of],
        cwd=CHECKOUT,
        env=os.environ | {"KYOSO_TEST_MARK": mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_at(home: Path, moment: Moment, as_of: str, *, only_parent: bool = False) -> None:
    """Start a night and kill it once the moment has come; none of its processes may be left."""
    before = {path.name for path in (home / "build").glob("*")} if home.exists() else set()
    mark = uuid.uuid4().hex
    night = start_night(home, as_of, mark)
    # What an earlier death left lies there until the night begins its candidate anew.
    while before and night.poll() is None and files_below(home, "build/candidate/*") > 1:
        time.sleep(0.005)
    while night.poll() is None and not moment(home):
        time.sleep(0.005)
    (os.kill if only_parent else os.killpg)(night.pid, signal.SIGKILL)
    night.wait()
    deadline = time.monotonic() + 10
    while processes_with(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_with(mark) == []


def assert_ledger_is_whole(home: Path) -> None:
    ledger = Ledger(home / "archive" / "ledger.jsonl")
    for receipt in ledger.receipts:
        assert (home / "archive" / receipt.file_id[:2] / receipt.file_id).stat().st_size == receipt.size_bytes


def assert_release_is_whole(home: Path) -> str:
    current = home / "current"
    folder = current.resolve()
    with open_candidate(home / "warehouse.duckdb", folder / "control") as con:
        assert Verdict.read(folder / "verdict.json").covers(con) == []
    assert {path.suffix for path in (folder / "reports").iterdir()} >= {".pdf", ".xlsx", ".html"}
    return folder.name


def test_a_first_night_killed_again_and_again_ends_as_if_nothing_had_happened(
    sample_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for moment in RECEIVING.values():
        kill_at(home, moment, "2026-11-20")
        assert not (home / "current").exists()
        assert_ledger_is_whole(home)
    ran = run_night(home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert assert_release_is_whole(home) == (sample_home / "current").resolve().name
    for name in ("verdict.json", "manifest.json"):
        assert (home / "current" / name).read_bytes() == (sample_home / "current" / name).read_bytes()
    assert not list((home / "archive").glob(".incoming*"))


def test_whenever_a_later_night_is_killed_readers_have_the_old_or_the_new_release_whole(home: Path) -> None:
    old = assert_release_is_whole(home)
    for name, moment in RELEASING.items():
        kill_at(home, moment, "2026-11-19", only_parent=name in ("while dbt builds", "judged"))
        assert_ledger_is_whole(home)
        now = assert_release_is_whole(home)
        assert now == old or name == "the new release in its place"
    ran = run_night(home, "--as-of", "2026-11-19")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert assert_release_is_whole(home) != old
    assert {path.name for path in home.iterdir() if path.name.startswith(".")} == set()
    assert list((home / "build").iterdir()) == []
