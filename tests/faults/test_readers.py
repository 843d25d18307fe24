"""Twenty analysts query in loops while fifty releases go by: none sees an error, none sees two releases in one answer."""

from __future__ import annotations

import json
import shutil
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.serve.release import KEPT_RELEASES, publish, releases, remove_old
from pipelines.settings import Settings
from tests.conftest import start_script

pytestmark = pytest.mark.slow
READERS, RELEASES, ROWS = 20, 50, 2000

# One analyst, in a process of its own: opens, asks twice over two tables, closes, and begins again.
READER = """
import json, sys, time
from datetime import date
from pathlib import Path
from pipelines.serve.connection import connect, warehouse_of
from pipelines.settings import Settings

home, rows = Path(sys.argv[1]), int(sys.argv[2])
settings = Settings(home / "raw", home, 2026, date(2026, 11, 20))
rounds, seen = 0, set()
while not (home / "over").exists():
    with connect(settings) as con:
        first = con.execute("select count(*), min(release), max(release) from mart_kpi").fetchone()
        time.sleep(0.01)
        second = con.execute("select count(*), min(release), max(release) from mart_stage").fetchone()
    assert first == second, (first, second)
    assert first[0] == rows and first[1] == first[2], first
    beside = json.loads((warehouse_of(settings).parent / "manifest.json").read_text(encoding="utf-8"))
    assert int(beside["release_id"]) >= first[1], (beside, first)
    assert not seen or first[1] >= max(seen), "went back in time"
    seen.add(first[1])
    rounds += 1
    time.sleep(0.02)
print(json.dumps({"rounds": rounds, "releases": len(seen)}))
"""


def prepare(settings: Settings, number: int) -> None:
    """A candidate of which every part says which release it is."""
    shutil.rmtree(settings.candidate, ignore_errors=True)
    (settings.candidate / "reports").mkdir(parents=True)
    with duckdb.connect(settings.candidate / "warehouse.duckdb") as con:
        for table in ("mart_kpi", "mart_stage"):
            con.execute(f"create table {table} as select {number} as release, i from range({ROWS}) t(i)")
    (settings.candidate / "verdict.json").write_text(f'"{number:04}"', encoding="utf-8")
    manifest = {"release_id": f"{number:04}", "as_of": "2026-11-20"}
    (settings.candidate / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def release(settings: Settings, number: int) -> None:
    prepare(settings, number)
    publish(settings)
    remove_old(settings)


def test_twenty_readers_and_fifty_releases_give_no_error_and_no_torn_answer(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "raw", tmp_path, 2026, date(2026, 11, 20))
    release(settings, 1)
    readers = [start_script(READER, tmp_path, str(ROWS)) for _ in range(READERS)]
    # Somebody went home with a query window open: the oldest release stays readable in it to the end.
    idle = duckdb.connect(str(settings.warehouse.resolve()), read_only=True)
    try:
        for number in range(2, RELEASES + 1):
            release(settings, number)
            time.sleep(0.2)
        (tmp_path / "over").touch()
        done = [reader.communicate(timeout=120) for reader in readers]
        assert idle.execute("select distinct release from mart_kpi").fetchall() == [(1,)]
    finally:
        (tmp_path / "over").touch()
        idle.close()
        for reader in readers:
            reader.kill()
    assert [error for _, error in done if error] == []
    told = [json.loads(said) for said, _ in done]
    assert all(one["rounds"] > 5 for one in told), told
    assert sum(one["releases"] for one in told) > READERS * 5, told
    assert [r.release_id for r in releases(settings)] == [
        f"{n:04}" for n in range(RELEASES - KEPT_RELEASES + 1, RELEASES + 1)
    ]
