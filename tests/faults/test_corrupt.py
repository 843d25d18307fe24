"""Bytes that a disk has changed. Read on as if nothing were, they become figures; a night must mend them or stop."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.ingest import archive as archive_module
from pipelines.ingest.archive import Archive
from pipelines.ingest.segments import forget_segments
from pipelines.night import Night
from pipelines.serve.release import current_id
from pipelines.serve.sums import damage
from tests.conftest import run_kyoso, run_night
from tests.faults.test_kill import assert_release_is_whole
from tests.unit.ingest.received import LOG, House, form
from tests.unit.serve.issuing import make_release
from tests.unit.serve.test_doctor import archived, manifest_of_landed, spoil, visits_segment


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.put(LOG, form())
    made.night()
    return made


@pytest.mark.parametrize(
    "act",
    [
        lambda s: spoil(visits_segment(s)),
        lambda s: os.truncate(visits_segment(s), 7),
        lambda s: visits_segment(s).unlink(),
        lambda s: manifest_of_landed(s).write_bytes(b"{"),
        lambda s: manifest_of_landed(s).write_text('{"version": "x"}', encoding="utf-8"),
    ],
    ids=["a flipped bit", "cut off", "gone", "a torn manifest", "half a manifest"],
)
def test_landed_rows_that_changed_are_read_again_from_the_archive(
    house: House, act: Callable[[object], object]
) -> None:
    before = house.landed()
    act(house.settings)
    assert house.night().files_read == 1
    assert house.landed() == before
    assert house.night().files_read == 0


def forget_landed(house: House) -> None:
    """As after a change of the program: everything is to be read again."""
    forget_segments(house.settings.landed, house.segments())


def test_an_archived_file_that_changed_is_taken_again_from_raw(house: House) -> None:
    before = house.landed()
    forget_landed(house)
    spoil(archived(house.settings))
    assert house.night().files_read == 1
    assert house.landed() == before
    assert archived(house.settings).read_bytes() == form()


@pytest.mark.parametrize("act", [spoil, Path.unlink], ids=["changed", "gone"])
def test_one_that_lies_nowhere_else_stops_the_night_and_is_named(
    house: House, act: Callable[[Path], object]
) -> None:
    """Rows of bytes that nobody sent must not become figures, nor may the file drop out of them."""
    forget_landed(house)
    shutil.rmtree(house.raw / "R8")
    act(archived(house.settings))
    with pytest.raises(KyosoError) as caught:
        house.night()
    assert LOG in caught.value.what
    assert caught.value.where == str(archived(house.settings))
    assert "バックアップ" in caught.value.todo
    archived(house.settings).unlink(missing_ok=True)
    archived(house.settings).write_bytes(form())
    assert house.night().files_read == 1, "with the file put back the next night goes on"


def test_a_file_that_vanishes_while_it_is_read_is_no_trouble_and_one_that_grows_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    gone, growing = house.put(LOG, form()), house.put("R8/visit_log/2026-08-04/b.csv", form(month="R8.7"))
    whole = archive_module.Archive._store

    def store(self: Archive, path: Path) -> str:
        if path == gone:
            path.unlink()
        file_id = whole(self, path)
        if path == growing:
            with path.open("ab") as file:
                file.write(b"more")
        return file_id

    monkeypatch.setattr(archive_module.Archive, "_store", store)
    reception = house.receive()
    assert reception.new == []
    ((name, why),) = reception.unreadable
    assert (name, "書き換えられました" in why) == ("R8/visit_log/2026-08-04/b.csv", True)
    monkeypatch.undo()
    (receipt,) = house.receive().new
    assert receipt.size_bytes == growing.stat().st_size


def test_a_clock_that_ran_backwards_replaces_nothing(house: House) -> None:
    make_release(house.settings, "one", "2026-11-20")
    for day, is_by_clock, stops in (
        (date(2026, 11, 19), True, True),
        (date(2026, 11, 19), False, False),
        (date(2026, 11, 20), True, False),
    ):
        night = Night(replace(house.settings, as_of=day, is_by_clock=is_by_clock))
        try:
            if stops:
                with pytest.raises(KyosoError, match="時計が狂っている") as caught:
                    night.receive()
                assert "--as-of 2026-11-19" in caught.value.todo
            else:
                night.receive()
        finally:
            night.close()
    assert current_id(house.settings) == "one"


@pytest.mark.slow
def test_a_night_builds_a_damaged_release_again_that_readers_see(home: Path) -> None:
    """The same inputs give the same id, and nothing new would be no reason to leave it as it is."""
    before = assert_release_is_whole(home)
    documents = {p.name: p.read_bytes() for p in (home / "current" / "reports").iterdir() if p.is_file()}
    spoil(home / "current" / "warehouse.duckdb")
    for name in ("annual_evaluation.pdf", "data_dictionary.html"):
        spoil(home / "current" / "reports" / name)
    assert "公開したときと違います" in run_kyoso("doctor", "--home", home).stdout
    ran = run_night(home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert assert_release_is_whole(home) == before
    assert damage((home / "current").resolve()) == []
    for name in ("annual_evaluation.pdf", "data_dictionary.html"):
        assert (home / "current" / "reports" / name).read_bytes() == documents[name], (
            "no damage is taken over"
        )
    assert "新しいものはありません" in run_night(home).stdout
