"""Going back. If tonight publishes again what somebody withdrew this morning, nobody can withdraw anything."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.serve.going_back import holding, leave_withdrawn, notices, restore, resume, withdraw
from pipelines.serve.issue import issue
from pipelines.serve.operations import operations
from pipelines.serve.release import current_id
from pipelines.serve.sums import write_sums
from pipelines.settings import Settings
from tests.faults.dying import killed_at_every_change
from tests.unit.serve import issuing
from tests.unit.serve.issuing import TODAY, one_line


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))


def make_release(settings: Settings, identity: str, inputs: str = "same") -> Path:
    """A release whose manifest says what it was made from; each is a second younger than the one before."""
    folder = issuing.make_release(settings, identity)
    path = folder / "manifest.json"
    body = json.loads(path.read_text(encoding="utf-8")) | {"in_force_hash": inputs, "key_id": "k"}
    path.write_text(json.dumps(body), encoding="utf-8")
    write_sums(folder)
    stamp = 1_000_000_000 + len(list(settings.releases.iterdir()))
    os.utime(path, (stamp, stamp))
    return folder


def candidate(settings: Settings, identity: str, inputs: str = "same") -> dict[str, object]:
    body = json.loads((settings.releases / "one" / "manifest.json").read_text(encoding="utf-8"))
    return body | {"release_id": identity, "in_force_hash": inputs}


def test_a_withdrawn_release_is_recorded_and_gives_way_to_the_last_one_that_is_not(
    settings: Settings,
) -> None:
    for number, name in enumerate(("one", "two", "three")):
        make_release(settings, name, f"inputs {number}")
    assert withdraw(settings, "two", "二重の記入").now_current == "three"
    done = withdraw(settings, "three", "二重の\n記入", by="県 太郎")
    assert (done.now_current, current_id(settings)) == ("one", "one")
    entry = operations(settings)[-1]
    assert (entry.kind, entry.subject, entry.reason, entry.by) == (
        "withdraw",
        "three",
        "二重の 記入",
        "県 太郎",
    )
    assert (settings.releases / "three").is_dir(), "nothing is deleted"
    assert len(notices(settings)) == 2
    assert all("二重の" in line for line in notices(settings))
    assert withdraw(settings, "three", "もう一度").operation == entry, "once is enough"
    assert len(operations(settings)) == 2


def test_with_every_release_withdrawn_readers_have_none(settings: Settings) -> None:
    make_release(settings, "one")
    assert withdraw(settings, "one", "誤り").now_current is None
    assert not settings.current.is_symlink()
    assert not settings.warehouse.is_symlink()
    make_release(settings, "two")
    assert settings.warehouse.exists(), "and the next release is read as ever"


def test_a_damaged_release_is_no_place_to_go_back_to(settings: Settings) -> None:
    for name in ("one", "two", "three"):
        make_release(settings, name, name)
    with (settings.releases / "two" / "verdict.json").open("a") as file:
        file.write(" ")
    with pytest.raises(KyosoError, match=r"公開したときと違う.*verdict\.json"):
        restore(settings, "two", "試し")
    assert withdraw(settings, "three", "誤り").now_current == "one"


def test_a_withdrawn_release_cannot_be_restored(settings: Settings) -> None:
    make_release(settings, "one")
    make_release(settings, "two")
    withdraw(settings, "one", "誤り")
    with pytest.raises(KyosoError, match="取り消されている") as caught:
        restore(settings, "one", "試し")
    assert caught.value.exit_code == 2
    assert "誤り" in caught.value.where
    assert current_id(settings) == "two"


@pytest.mark.parametrize(
    ("text", "expected"), [("x", "公開版 x はありません"), ("t", "2つあります"), ("", "はありません")]
)
def test_a_name_that_fits_none_or_several_changes_nothing(
    settings: Settings, text: str, expected: str
) -> None:
    for name in ("one", "two", "three"):
        make_release(settings, name)
    for action in (restore, withdraw):
        with pytest.raises(KyosoError, match=expected) as caught:
            action(settings, text, "理由")
        assert caught.value.exit_code == 2
    assert operations(settings) == []
    assert restore(settings, "on", "始めの方だけで足りる").subject == "one"


def test_without_a_reason_nothing_is_withdrawn(settings: Settings) -> None:
    make_release(settings, "one")
    with pytest.raises(KyosoError, match="理由がありません"):
        withdraw(settings, "one", "  ")
    assert current_id(settings) == "one"


def test_nights_hold_what_was_turned_away_from_until_something_but_the_day_changes(
    settings: Settings,
) -> None:
    make_release(settings, "one", "old inputs")
    make_release(settings, "two", "bad inputs")
    assert holding(settings, candidate(settings, "tonight", "bad inputs")) is None
    entry = restore(settings, "one", "2が誤り")
    assert current_id(settings) == "one"
    assert holding(settings, candidate(settings, "tonight", "bad inputs")) == entry
    assert holding(settings, candidate(settings, "tonight", "bad inputs and a correction")) is None
    assert holding(settings, candidate(settings, "x", "bad inputs") | {"code_version": "next"}) is None
    resume(settings, "確かめた")
    assert holding(settings, candidate(settings, "tonight", "bad inputs")) is None


def test_whoever_goes_forward_again_holds_nothing(settings: Settings) -> None:
    make_release(settings, "one", "old inputs")
    make_release(settings, "two", "new inputs")
    restore(settings, "one", "疑い")
    restore(settings, "two", "疑いは晴れた")
    assert holding(settings, candidate(settings, "tonight", "new inputs")) is None


def test_what_was_withdrawn_itself_is_never_published_again(settings: Settings) -> None:
    make_release(settings, "one", "a")
    make_release(settings, "two", "b")
    withdraw(settings, "two", "誤り")
    assert holding(settings, candidate(settings, "tonight", "b")) is not None
    resume(settings, "確かめた")
    assert holding(settings, candidate(settings, "tonight", "b")) is None
    assert holding(settings, candidate(settings, "two", "b")) is not None


def test_a_withdrawn_edition_is_marked_kept_and_not_issued_again(settings: Settings) -> None:
    make_release(settings, "one")
    issued = issue(settings, "暫定", TODAY, one_line).edition
    before = issued.state
    assert [e.edition_id for e in withdraw(settings, "one", "誤り").issued] == [issued.edition_id]
    settings.current.unlink(missing_ok=True)
    done = withdraw(settings, issued.edition_id, "数字の誤り")
    assert done.operation.subject == issued.edition_id
    assert issued.state == before == "無事"
    assert any(issued.name in line for line in notices(settings))
    settings.current.symlink_to(Path("releases") / "one")
    with pytest.raises(KyosoError, match="取り消されています") as caught:
        issue(settings, "暫定", TODAY, one_line)
    assert caught.value.exit_code == 3


def test_whenever_a_withdrawal_is_killed_the_next_night_completes_it_or_knows_nothing_of_it(
    settings: Settings,
) -> None:
    def prepare() -> None:
        shutil.rmtree(settings.home, ignore_errors=True)
        make_release(settings, "one", "a")
        make_release(settings, "two", "b")

    seen = set()
    for _ in killed_at_every_change(prepare, lambda: withdraw(settings, "two", "誤り")):
        is_recorded = bool(operations(settings))
        assert leave_withdrawn(settings) == ("one" if is_recorded else "two")
        seen.add(is_recorded)
        assert withdraw(settings, "two", "誤り").now_current == "one"
        assert len(operations(settings)) == 1
    assert seen == {True, False}


def test_a_line_changed_in_the_ledger_of_operations_is_noticed(settings: Settings) -> None:
    make_release(settings, "one")
    withdraw(settings, "one", "誤り")
    path = settings.home / "operations.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("誤り", "別の話"), encoding="utf-8")
    with pytest.raises(KyosoError, match="運用台帳の1行目"):
        holding(settings, candidate(settings, "x"))
