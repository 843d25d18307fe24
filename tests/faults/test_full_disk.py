"""A full disk. If it takes the last release with it, or speaks of errno 28, the operator has nothing left to stand on."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import run_kyoso, run_night
from tests.faults.sandbox import small_disk
from tests.faults.test_kill import assert_ledger_is_whole, assert_release_is_whole

pytestmark = pytest.mark.slow
DISK_MEGABYTES = 400


def leave_free(disk: Path, kilobytes: int) -> Path:
    """Fill the disk but for a few kilobytes."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    free = shutil.disk_usage(disk).free
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - kilobytes * 1024, 1))
    return filler


def test_a_full_disk_is_named_and_costs_nothing_but_the_night(sample_home: Path, tmp_path: Path) -> None:
    """Full at once, before dbt has read its project, while the models are built, and when the documents are written."""
    with small_disk(tmp_path / "disk", DISK_MEGABYTES) as disk:
        home = disk / "home"
        shutil.copytree(sample_home, home, symlinks=True)
        old = assert_release_is_whole(home)
        for kilobytes in (0, 6_000, 7_500, 20_000):
            filler = leave_free(disk, kilobytes)
            ran = run_night(home, "--as-of", "2026-11-19")
            assert ran.returncode == 1, (kilobytes, ran.stdout, ran.stderr)
            assert ran.stderr.count("ディスクの空きがありません") == 1, ran.stderr
            assert "すること: 空きを作ってから" in ran.stderr
            assert "Traceback" not in ran.stderr
            assert assert_release_is_whole(home) == old
            assert_ledger_is_whole(home)
            assert run_kyoso("sql", "select 1", "--home", home).returncode == 0
            filler.unlink()
        ran = run_night(home, "--as-of", "2026-11-19")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert assert_release_is_whole(home) != old
        latest = json.loads((home / "status" / "latest.json").read_text(encoding="utf-8"))
        assert latest["outcome"] == "released"
