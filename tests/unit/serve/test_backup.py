"""Backups. One that is torn, stale or of another home is found out on the day it is needed."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.errors import KyosoError
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.pseudonyms import load_key
from pipelines.serve.backup import KEY, MARKER, back_up
from pipelines.serve.doctor import KEPT_FOR_EVER, examine
from pipelines.serve.doctor.trouble import quiet
from pipelines.serve.going_back import withdraw
from pipelines.serve.issue import issue
from pipelines.settings import Settings
from tests.faults.dying import killed_at_every_change
from tests.unit.ingest.received import LOG, House, form
from tests.unit.serve.issuing import TODAY, make_release, one_line

SECOND = "R8/visit_log/2026-08-04/橋本市_派遣実施報告書.csv"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A home with one received file, a release, an edition and a decision."""
    made = House(tmp_path, is_sample=False)
    made.put(LOG, form())
    made.receive()
    make_release(made.settings, "one", is_sample=False)
    issue(made.settings, "暫定", TODAY, one_line)
    withdraw(made.settings, "one", "試し")
    return made


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name not in ("lock", MARKER)
    }


def assert_sound(settings: Settings, folder: Path) -> None:
    """A backup is a home without what can be made again, and nothing in it is spoiled."""
    there = replace(settings, home=folder)
    found = [t.what for e in examine(there, quiet, KEPT_FOR_EVER) for t in e.troubles]
    # An edition may be there before its line: `issue` enters it, as after a run that died.
    assert [what for what in found if "発行台帳にありません" not in what] == []


def test_everything_that_cannot_be_made_again_is_there_and_nothing_else(house: House) -> None:
    folder = house.folder / "控え 2026"
    done = back_up(house.settings, folder)
    assert done.spoiled == []
    found = files(folder)
    home = files(house.settings.home)
    assert {n for n in home if n.split("/")[0] in ("archive", "issued", "operations.jsonl")} - {
        "archive/seen.json"
    } == found.keys() - {"戻し方.txt"}
    assert all(home[name] == data for name, data in found.items() if name != "戻し方.txt")
    assert json.loads((folder / MARKER).read_text(encoding="utf-8"))["receipts"] == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert_sound(house.settings, folder)


def test_the_next_backup_copies_only_what_is_new(house: House) -> None:
    folder = house.folder / "backup"
    first = back_up(house.settings, folder)
    assert back_up(house.settings, folder).copied == 0
    house.put(SECOND, form(town="橋本市"))
    house.receive()
    done = back_up(house.settings, folder)
    assert (done.copied, done.kept) == (1, first.copied)
    assert len(Ledger(folder / "archive" / "ledger.jsonl").receipts) == 2
    assert_sound(house.settings, folder)


@pytest.mark.slow
def test_whenever_a_backup_is_killed_the_former_one_is_still_there_or_a_longer_one(house: House) -> None:
    former, folder = house.folder / "former", house.folder / "backup"
    back_up(house.settings, former)
    house.put(SECOND, form(town="橋本市"))
    house.receive()
    make_release(house.settings, "two", is_sample=False)
    issue(house.settings, "暫定", TODAY, one_line)
    old = files(former)
    whole = house.folder / "whole"
    back_up(house.settings, whole)

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(former, folder)

    for _ in killed_at_every_change(prepare, lambda: back_up(house.settings, folder)):
        now = files(folder)
        for name, data in old.items():
            assert now[name].startswith(data), name
        assert_sound(house.settings, folder)
        back_up(house.settings, folder)
        assert files(folder) == files(whole)


@pytest.mark.slow
def test_a_first_backup_that_was_killed_is_continued(house: House) -> None:
    folder = house.folder / "backup"
    for _ in killed_at_every_change(
        lambda: shutil.rmtree(folder, ignore_errors=True), lambda: back_up(house.settings, folder)
    ):
        back_up(house.settings, folder)
        assert_sound(house.settings, folder)
        assert not [name for name in files(folder) if name.endswith(".part")]


def test_what_is_spoiled_in_the_home_is_told_and_never_replaces_what_the_backup_has(house: House) -> None:
    folder = house.folder / "backup"
    back_up(house.settings, folder)
    (receipt,) = Ledger(house.settings.ledger).receipts
    path = house.settings.archive / receipt.file_id[:2] / receipt.file_id
    path.chmod(0o644)
    path.write_bytes(b"x" * receipt.size_bytes)
    assert back_up(house.settings, folder).spoiled == []
    assert_sound(house.settings, folder)
    other = house.folder / "other"
    (text,) = back_up(house.settings, other).spoiled
    assert LOG in text
    assert not (other / "archive" / receipt.file_id[:2] / receipt.file_id).exists()


def test_a_ledger_that_lost_lines_does_not_shorten_the_backup(house: House) -> None:
    folder = house.folder / "backup"
    house.put(SECOND, form(town="橋本市"))
    house.receive()
    back_up(house.settings, folder)
    before = files(folder)
    lines = house.settings.ledger.read_bytes().splitlines(keepends=True)
    house.settings.ledger.write_bytes(lines[0])
    with pytest.raises(KyosoError, match=r"受領台帳\(1行\)が、控えの受領台帳\(2行\)の続きではありません"):
        back_up(house.settings, folder)
    assert files(folder) == before


def test_the_key_stays_where_it_is_unless_asked_for(house: House) -> None:
    load_key(house.settings.key_file)
    secret = (house.settings.key_file or Path()).read_bytes()
    folder = house.folder / "backup"
    back_up(house.settings, folder)
    assert not any(secret.strip() in data for data in files(folder).values())
    back_up(house.settings, folder, with_key=True)
    assert (folder / KEY).read_bytes() == secret
    assert stat.S_IMODE((folder / KEY).stat().st_mode) == 0o600


@pytest.mark.parametrize("place", ["home/backup", "raw/backup", ".", "raw", "home", "notes", "file"])
def test_a_place_that_cannot_be_a_backup_is_refused_and_left_as_it_is(house: House, place: str) -> None:
    (house.folder / "notes").mkdir()
    (house.folder / "notes" / "memo.txt").write_text("別の用", encoding="utf-8")
    (house.folder / "file").write_text("x", encoding="utf-8")
    before = files(house.folder)
    with pytest.raises(KyosoError) as caught:
        back_up(house.settings, house.folder / place)
    assert caught.value.exit_code == 2
    assert caught.value.todo
    assert files(house.folder) == before


def test_a_link_into_the_home_is_seen_through(house: House) -> None:
    (house.folder / "link").symlink_to(house.settings.home)
    with pytest.raises(KyosoError, match="重なっています"):
        back_up(house.settings, house.folder / "link" / "backup")


def test_the_command_verifies_every_file_of_the_backup_when_asked(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = house.folder / "backup"

    def backup(*more: str) -> tuple[int, str]:
        command = ["kyoso", "backup", str(folder), "--home", str(house.settings.home)]
        monkeypatch.setattr(sys, "argv", [*command, "--raw", str(house.raw), *more])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    code, text = backup("--verify")
    assert code == 0, text
    assert "異常はありません" in text
    (receipt,) = Ledger(house.settings.ledger).receipts
    path = folder / "archive" / receipt.file_id[:2] / receipt.file_id
    path.chmod(0o644)
    path.write_bytes(b"x" * receipt.size_bytes)
    os.utime(path)
    assert backup()[0] == 0, "not looked at again unless asked"
    code, text = backup("--verify")
    assert code == 3
    assert "控え: 受領ファイルの控えが受領したときと違います" in text
