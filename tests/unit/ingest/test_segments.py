"""Segments survive kill -9 at any moment: a file has landed or it has not, and never twice."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.ingest import segments
from pipelines.ingest.conform.outcome import FileOutcome, SheetCount
from pipelines.ingest.contracts import all_datasets

WGS = "register__wgs"
VERSION = "rows-1-key-aliases"


def outcome(number: int) -> FileOutcome:
    """A file with one row."""
    file_id = f"{number:064x}"
    fields = {f.name: None for f in all_datasets()[WGS].fields}
    row = fields | {
        "wg_id": f"W{number}",
        "_file_id": file_id,
        "_sheet": "s",
        "_row": 1,
        "_submission_key": file_id,
    }
    found = FileOutcome(file_id, "register", rows={WGS: [row]}, submissions={(WGS, file_id)})
    found.counts.append(SheetCount(WGS, "s", 1, 1, 0))
    return found


def land(landed: Path, *numbers: int, version: str = VERSION) -> None:
    segments.write_segment(landed, version, [outcome(n) for n in numbers])


def ids(landed: Path, folder: str = WGS) -> Counter[Any]:
    """How often each file appears, in what a reader of the folder would see."""
    column = "_file_id" if folder == WGS else "file_id"
    return Counter(
        int(value, 16)
        for path in (landed / folder).glob("*.parquet")
        for value in pq.read_table(path)[column].to_pylist()
    )


def swept(landed: Path, version: str = VERSION) -> set[int]:
    return {int(file_id, 16) for file_id, _ in segments.sweep(landed, version)}


class Killed(BaseException):
    """The process ends here."""


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Die before the n-th rename or removal of a file."""
    done = {"count": 0}

    def counted(original: Any) -> Any:
        def call(self: Path, *arguments: Any, **more: Any) -> Any:
            done["count"] += 1
            if done["count"] >= step:
                raise Killed
            return original(self, *arguments, **more)

        return call

    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))


def test_what_landed_is_known_by_its_manifest(tmp_path: Path) -> None:
    land(tmp_path, 1, 2)
    land(tmp_path, 3)
    assert swept(tmp_path) == {1, 2, 3}
    assert ids(tmp_path) == ids(tmp_path, "_files") == Counter([1, 2, 3])


@pytest.mark.parametrize("step", range(1, 8))
def test_killed_while_landing_the_files_have_landed_or_have_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    land(tmp_path, 1)
    with monkeypatch.context() as patch:
        killed_at(patch, step)
        with contextlib.suppress(Killed):
            land(tmp_path, 2, 3)
    landed = swept(tmp_path)
    assert landed in ({1}, {1, 2, 3})
    for folder in (WGS, "_files", "_counts", "_submissions"):
        assert ids(tmp_path, folder) == Counter(landed)
    assert list(tmp_path.rglob(".*.tmp")) == []


def test_nothing_gets_its_name_before_its_bytes_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest that survives a power cut while its rows do not would stop every later night."""
    synced: set[int] = set()
    named: list[str] = []
    sync, replace = os.fsync, Path.replace

    def remember(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        sync(descriptor)

    def check(self: Path, target: Path) -> Path:
        assert self.stat().st_ino in synced, target
        named.append(target.suffix)
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", remember)
    monkeypatch.setattr(Path, "replace", check)
    land(tmp_path, 1)
    assert named[-1] == ".json"
    assert set(named[:-1]) == {".parquet"}


def test_another_version_drops_its_own_group_only(tmp_path: Path) -> None:
    land(tmp_path, 1)
    land(tmp_path, 2, version="policy-1-key")
    assert swept(tmp_path, "rows-2-key-aliases") == {2}
    assert ids(tmp_path) == Counter([2])


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six nights of one file each, two more than may stay small; one large segment and one of another group."""
    monkeypatch.setattr(segments, "SMALL_SEGMENTS", 4)
    monkeypatch.setattr(segments, "SMALL_SEGMENT_FILES", 3)
    for number in range(6):
        land(tmp_path, number)
    land(tmp_path, 10, 11, 12)
    land(tmp_path, 20, version="policy-1-key")
    return tmp_path


EVERYTHING = {0, 1, 2, 3, 4, 5, 10, 11, 12, 20}


def test_small_segments_are_merged_and_every_file_stays_exactly_once(nights: Path) -> None:
    before = {f: ids(nights, f) for f in (WGS, "_files", "_counts", "_submissions", "_findings")}
    segments.compact(nights, VERSION)
    assert len(list((nights / "_manifest").glob("*.json"))) == 3, "merged, large and of another group"
    assert {f: ids(nights, f) for f in before} == before
    assert swept(nights) == EVERYTHING
    assert all(
        pq.read_schema(p).equals(all_datasets()[WGS].arrow_schema) for p in (nights / WGS).glob("*.parquet")
    )


def test_few_small_segments_are_left_alone(nights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SMALL_SEGMENTS", 6)
    before = sorted(p.name for p in nights.rglob("*"))
    segments.compact(nights, VERSION)
    assert sorted(p.name for p in nights.rglob("*")) == before


@pytest.mark.parametrize("step", range(1, 40, 3))
def test_killed_while_merging_every_file_stays_exactly_once(
    nights: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    with monkeypatch.context() as patch:
        killed_at(patch, step)
        with contextlib.suppress(Killed):
            segments.compact(nights, VERSION)
    assert swept(nights) == EVERYTHING
    for folder in (WGS, "_files", "_counts", "_submissions"):
        assert ids(nights, folder) == Counter(EVERYTHING)


def test_ten_years_of_nights_stay_few_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the proportions of the real limits, a tenth of their size."""
    monkeypatch.setattr(segments, "SMALL_SEGMENTS", 6)
    monkeypatch.setattr(segments, "SMALL_SEGMENT_FILES", 50)
    for number in range(40):
        land(tmp_path, number)
        segments.compact(tmp_path, VERSION)
    assert len(list((tmp_path / "_manifest").glob("*.json"))) <= 10
    assert ids(tmp_path) == Counter(range(40))
    assert swept(tmp_path) == set(range(40))
