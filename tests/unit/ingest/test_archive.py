"""The archive keeps what was received. Officers overwrite and delete files; figures must stay provable."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.ingest.archive import Archive
from pipelines.settings import SAMPLE_MARKER
from tests.unit.ingest.received import LOG, TODAY, House, form


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_file_is_kept_by_its_content_with_a_receipt(house: House) -> None:
    house.put(LOG, form())
    (receipt,) = house.receive().new
    assert receipt.file_id == hashlib.sha256(form()).hexdigest()
    assert (receipt.path, receipt.source, receipt.received_date) == (LOG, "visit_log", date(2026, 7, 3))
    kept = Archive(house.settings).path_of(receipt.file_id)
    assert kept.read_bytes() == form()
    assert kept.stat().st_mode & 0o222 == 0, "nobody edits the archive"


def test_a_second_look_receives_nothing_again(house: House) -> None:
    house.put(LOG, form())
    house.receive()
    before = house.settings.ledger.read_bytes()
    assert house.receive().new == []
    (house.settings.archive / "seen.json").unlink()
    assert house.receive().new == [], "nor without the cache that only spares work"
    assert house.settings.ledger.read_bytes() == before


def test_the_same_file_sent_twice_is_two_receipts_and_one_copy(house: House) -> None:
    house.put(LOG, form())
    house.put("R8/visit_log/2026-08-20/【再送】報告書.csv", form())
    first, second = house.receive().new
    assert first.file_id == second.file_id
    assert [first.seq, second.seq] == [1, 2]
    copies = [p for p in house.settings.archive.rglob("*") if p.is_file() and len(p.name) == 64]
    assert len(copies) == 1


def test_an_overwritten_file_is_received_anew_and_a_deleted_one_kept(house: House) -> None:
    path = house.put(LOG, form())
    (first,) = house.receive().new
    path.write_bytes(form(town="橋本市"))
    (second,) = house.receive().new
    path.unlink()
    assert house.receive().new == []
    archive = Archive(house.settings)
    assert [archive.path_of(r.file_id).exists() for r in (first, second)] == [True, True]
    assert len(archive.ledger.receipts) == 2


@pytest.mark.parametrize(
    ("path", "source", "received"),
    [
        ("R8/visit_log/2026-07-03/a.csv", "visit_log", date(2026, 7, 3)),
        ("R8/visit_log/2026-07-03/差替え/a.csv", "visit_log", date(2026, 7, 3)),
        ("visit_log/a.csv", "visit_log", TODAY),
        ("R8/visit_log/2026-02-31/a.csv", "visit_log", TODAY),
        ("R8/memo/2026-07-03/a.csv", "", date(2026, 7, 3)),
        ("a.csv", "", TODAY),
        ("R8/memo/visit_log", "", TODAY),
    ],
)
def test_source_and_date_come_from_the_folders_and_the_date_else_from_the_day_of_arrival(
    house: House, path: str, source: str, received: date
) -> None:
    house.put(path, b"x")
    (receipt,) = house.receive().new
    assert (receipt.source, receipt.received_date) == (source, received)


def test_what_is_no_submission_is_not_received(house: House) -> None:
    for name in (".hidden", "~$報告書.xlsx", "Thumbs.db", "desktop.ini", "README.md", ".git/config"):
        house.put(f"R8/visit_log/2026-07-03/{name}", b"x")
    (house.raw / "link.csv").symlink_to(house.put(LOG, form()))
    assert [r.path for r in house.receive().new] == [LOG]


def test_half_a_copy_left_by_a_crash_is_made_again_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.put(LOG, form())

    def crash(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            house.receive()
    assert Archive(house.settings).ledger.receipts == ()
    halves = [p for p in house.settings.archive.rglob("*") if p.is_file()]
    assert len(halves) == 1
    halves[0].write_bytes(b"half")
    (receipt,) = house.receive().new
    assert Archive(house.settings).path_of(receipt.file_id).read_bytes() == form()
    assert {p.name for p in house.settings.archive.iterdir()} == {
        receipt.file_id[:2],
        "ledger.jsonl",
        "seen.json",
    }


def test_a_crash_before_the_receipt_leaves_the_file_to_be_received(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.put(LOG, form())
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.ingest.ledger.Ledger.append", lambda self, receipts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            house.receive()
    assert len(house.receive().new) == 1


def test_a_copy_lost_from_the_archive_is_made_again_while_the_file_is_there(house: House) -> None:
    house.put(LOG, form())
    (receipt,) = house.receive().new
    kept = Archive(house.settings).path_of(receipt.file_id)
    kept.unlink()
    assert house.receive().new == []
    assert kept.read_bytes() == form()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_named_and_the_others_received(house: House) -> None:
    house.put("R8/visit_log/2026-07-03/a.csv", b"x").chmod(0)
    house.put(LOG, form())
    reception = house.receive()
    assert [r.path for r in reception.new] == [LOG]
    assert "権限" in reception.unreadable[0][1]


@pytest.mark.parametrize("is_sample", [True, False])
def test_fictional_and_real_files_never_share_a_home(tmp_path: Path, is_sample: bool) -> None:
    house = House(tmp_path, is_sample=is_sample)
    house.put(LOG, form())
    house.receive()
    before = house.settings.ledger.read_bytes()
    marker = house.raw / SAMPLE_MARKER
    marker.unlink() if is_sample else marker.write_text("架空", encoding="utf-8")
    house.put("R8/visit_log/2026-07-03/b.csv", form(town="橋本市"))
    with pytest.raises(KyosoError) as caught:
        house.receive()
    assert "混ぜることはできません" in str(caught.value)
    assert "--home" in caught.value.todo
    assert house.settings.ledger.read_bytes() == before


def test_the_sample_folder_inside_a_real_raw_is_not_received(tmp_path: Path) -> None:
    house = House(tmp_path, is_sample=False)
    house.put(f"sample/{SAMPLE_MARKER}", b"")
    house.put("sample/R8/visit_log/2026-07-03/a.csv", form())
    house.put(LOG, form())
    assert [r.path for r in house.receive().new] == [LOG]


def test_a_missing_folder_is_an_error_that_says_where(house: House) -> None:
    (house.raw / SAMPLE_MARKER).unlink()
    house.raw.rmdir()
    with pytest.raises(KyosoError) as caught:
        house.receive()
    assert str(house.raw) in caught.value.where
