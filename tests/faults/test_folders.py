"""Folders that cannot be read or written. The operator must learn which folder and what to do, at once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.ingest.archive import Archive
from pipelines.ingest.contracts import load_contracts
from pipelines.settings import Settings
from tests.conftest import SAMPLE, run_kyoso, run_night
from tests.faults.sandbox import make_read_only, small_disk

NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def received_by_nobody(raw: Path, home: Path) -> dict[str, str]:
    """What an unprivileged user's night could not read, and why."""
    load_contracts()  # what is imported later may lie where nobody may look
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            reception = Archive(Settings(raw, home, 2026, date(2026, 11, 20))).receive(date(2026, 11, 20))
            text = "\n".join(f"{path}\t{why}" for path, why in reception.unreadable)
            os.write(writing, f"{len(reception.new)}\t\n{text}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading, encoding="utf-8") as stream:
        return dict(line.split("\t", 1) for line in stream.read().splitlines())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_files_and_folders_without_permission_are_named_and_the_others_received(open_folder: Path) -> None:
    raw = open_folder / "raw"
    for name in (
        "R8/visit_log/2026-07-03/a.csv",
        "R8/visit_log/2026-07-03/b.csv",
        "R8/survey/2026-07-03/c.csv",
    ):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(name, encoding="utf-8")
    (raw / "R8/visit_log/2026-07-03/b.csv").chmod(0)
    (raw / "R8/survey").chmod(0)
    found = received_by_nobody(raw, open_folder / "home")
    assert found.pop("1") == ""
    assert found.keys() == {"R8/visit_log/2026-07-03/b.csv", "R8/survey"}
    assert all("権限" in why for why in found.values())


def test_a_raw_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    with small_disk(tmp_path / "raw", 20) as raw:
        shutil.copytree(SAMPLE / "R9", raw / "R9")
        make_read_only(raw)
        settings = Settings(raw, tmp_path / "home", 2026, date(2027, 11, 20))
        assert len(Archive(settings).receive(date(2027, 11, 20)).new) > 0
        assert Archive(settings).receive(date(2027, 11, 20)).new == []


def test_a_home_that_cannot_be_written_ends_with_1_and_can_still_be_read(
    sample_home: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 200) as disk:
        home = disk / "home"
        shutil.copytree(sample_home, home, symlinks=True)
        make_read_only(disk)
        ran = run_night(home)
        assert ran.returncode == 1
        assert ran.stderr.startswith("エラー: 保管場所に書き込めません(読み取り専用です)。\n")
        assert f"場所: {home}" in ran.stderr
        assert "Traceback" not in ran.stderr
        for command in (
            ["sql", "select count(*) from mart_stage"],
            ["status", "--max-age", "900d"],
            ["releases"],
        ):
            assert run_kyoso(*command, "--home", home).returncode == 0
