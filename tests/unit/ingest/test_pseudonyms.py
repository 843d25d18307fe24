"""People are pseudonyms from the door on. Whoever can read the key can read the names."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import KyosoError
from pipelines.ingest.pseudonyms import PseudonymKey, default_key_file, load_key, sample_key


def test_a_key_is_made_on_first_use_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "config" / "kyoso" / "pseudonym.key"
    old = os.umask(0)
    try:
        first = load_key(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(first.key) == 32
    assert load_key(path) == first, "the same key the next night"


def test_two_houses_have_two_keys(tmp_path: Path) -> None:
    first, second = load_key(tmp_path / "a"), load_key(tmp_path / "b")
    assert first.key_id != second.key_id
    assert first.pseudonym("a@b.example") != second.pseudonym("a@b.example")


def test_the_key_id_does_not_reveal_the_key(tmp_path: Path) -> None:
    key = load_key(tmp_path / "a")
    assert key.key_id not in key.key.hex()
    assert len(key.key_id) == 12


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_a_key_that_others_may_read_stops_the_night_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    load_key(path)
    path.chmod(mode)
    with pytest.raises(KyosoError, match="chmod 600"):
        load_key(path)


@pytest.mark.parametrize("content", ["", "00", "not hex at all", "00" * 15])
def test_a_damaged_key_is_never_replaced_by_a_new_one(tmp_path: Path, content: str) -> None:
    """A new key would give every person a second identity, silently."""
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KyosoError, match="鍵の控え"):
        load_key(path)
    assert path.read_text() == content


def test_the_key_lies_outside_the_checkout_and_follows_the_users_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_key_file() == tmp_path / "kyoso" / "pseudonym.key"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert default_key_file() == Path.home() / ".config" / "kyoso" / "pseudonym.key"


def test_the_published_key_of_fictional_data_never_changes() -> None:
    """Everyone's sample release has these pseudonyms; another key would change its fingerprints everywhere."""
    assert sample_key().key_id == "171b31ba11b8"
    assert sample_key().pseudonym("架空 一郎") == "p09d188c365de9bd137abc091"


@given(st.text(min_size=1, max_size=30))
def test_case_width_and_outer_spaces_do_not_make_two_people(name: str) -> None:
    key = PseudonymKey(b"k" * 32)
    plain = "hanako@town.example" + name
    assert key.pseudonym(plain) == key.pseudonym(f" {plain} ")
    assert key.pseudonym("HANAKO@town.example") == key.pseudonym("ｈａｎａｋｏ＠town.example")
    assert name not in key.pseudonym(name) or len(name) < 4
