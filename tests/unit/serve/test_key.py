"""The pseudonym key. Replaced in silence, it makes strangers of everybody; never replaced, it protects nobody."""

from __future__ import annotations

import re
import shutil
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines import cli
from pipelines.errors import KyosoError
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.pseudonyms import load_key
from pipelines.night import Night
from pipelines.serve.key import check_key, rotate
from pipelines.serve.operations import operations
from tests.faults.dying import killed_at_every_change
from tests.unit.ingest.received import LOG, House, form


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A real home with one received file and its key."""
    made = House(tmp_path, is_sample=False)
    made.put(LOG, form())
    made.receive()
    load_key(made.settings.key_file)
    return made


def key_of(house: House) -> Path:
    assert house.settings.key_file is not None
    return house.settings.key_file


def pseudonyms(rows: list[dict[str, Any]]) -> set[str]:
    return {
        v for row in rows for v in row.values() if isinstance(v, str) and re.fullmatch("p[0-9a-f]{24}", v)
    }


def night_ends(house: House) -> str:
    """What the first step of a night says, or nothing."""
    night = Night(house.settings)
    try:
        night.receive()
    except KyosoError as error:
        return str(error)
    finally:
        night.close()
    return ""


def test_a_night_stops_rather_than_make_a_new_key_for_people_it_knows(house: House) -> None:
    assert night_ends(house) == ""
    key_of(house).rename(house.folder / "moved")
    assert "仮名の鍵がありません" in night_ends(house)
    assert not key_of(house).exists()
    (house.folder / "moved").rename(key_of(house))
    assert night_ends(house) == ""


def test_a_first_night_makes_its_key_before_it_enters_anything(tmp_path: Path) -> None:
    house = House(tmp_path, is_sample=False)
    house.put(LOG, form())
    assert night_ends(house) == ""
    assert stat.S_IMODE(key_of(house).stat().st_mode) == 0o600


def test_rotation_gives_a_new_key_records_it_and_lands_everything_again(house: House) -> None:
    house.night()
    old, before = load_key(key_of(house)), house.landed()
    made = rotate(house.settings, "職員の異動", by="県 花子")
    new = load_key(key_of(house))
    assert new.key_id != old.key_id
    assert (made.subject, made.details["previous"], made.by) == (new.key_id, old.key_id, "県 花子")
    assert new.key.hex() not in (house.settings.home / "operations.jsonl").read_text(encoding="utf-8")
    assert stat.S_IMODE(key_of(house).stat().st_mode) == 0o600
    assert list(key_of(house).parent.glob(".*")) == []
    assert house.night().files_read == 1, "read again from the archive"
    people, before_people = pseudonyms(house.landed()), pseudonyms(before)
    assert len(people) == len(before_people) > 0
    assert people.isdisjoint(before_people)
    assert night_ends(house) == ""


def test_whenever_a_rotation_is_killed_the_nights_go_on_with_one_of_the_two_keys(house: House) -> None:
    first = key_of(house).read_bytes()

    def prepare() -> None:
        key_of(house).write_bytes(first)
        (house.settings.home / "operations.jsonl").unlink(missing_ok=True)

    for _ in killed_at_every_change(prepare, lambda: rotate(house.settings, "試し")):
        assert night_ends(house) == ""
        assert key_of(house).stat().st_size == len(first)
        rotate(house.settings, "もう一度")
        assert night_ends(house) == ""


def test_whenever_the_first_key_is_made_and_killed_the_next_use_has_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "config" / "key"
    for _ in killed_at_every_change(
        lambda: shutil.rmtree(path.parent, ignore_errors=True), lambda: load_key(path)
    ):
        assert not path.exists() or path.stat().st_size == 65
        assert load_key(path).key_id == load_key(path).key_id


def test_a_lost_key_is_replaced_on_purpose_only(house: House) -> None:
    key_of(house).unlink()
    assert rotate(house.settings, "鍵の紛失").details["previous"] == ""
    assert night_ends(house) == ""


def test_fictional_data_have_a_published_key(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.put(LOG, form())
    house.receive()
    with pytest.raises(KyosoError, match="交換できません") as caught:
        rotate(house.settings, "試し")
    assert caught.value.exit_code == 2
    assert operations(house.settings) == []
    # Also where the raw folder does not say so: the receipts do.
    elsewhere = replace(house.settings, raw=tmp_path / "elsewhere")
    with pytest.raises(KyosoError, match="交換できません"):
        rotate(elsewhere, "試し")
    check_key(elsewhere, Ledger(elsewhere.ledger))
    assert not key_of(house).exists()


def test_the_command_says_what_follows(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KYOSO_KEY_FILE", str(key_of(house)))
    command = ["kyoso", "key", "rotate", "--home", str(house.settings.home), "--raw", str(house.raw)]
    monkeypatch.setattr(sys, "argv", [*command, "--reason", "定期の交換"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out = capsys.readouterr().out
    assert not ended.value.code
    assert "鍵の交換" in out
    assert "控え" in out
    assert load_key(key_of(house)).key.hex() not in out
