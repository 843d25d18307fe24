"""A change of the program that moves figures. Published unseen, nobody could say why a number of last month is another."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import cli
from pipelines.errors import KyosoError
from pipelines.serve.holds import approve, changes_of, hold_of
from pipelines.serve.operations import operations
from pipelines.settings import Settings
from tests.unit.serve.issuing import make_release


def candidate(settings: Settings, *, program: str = "next", value: int = 7, evidence: str = "one") -> None:
    """A judged candidate beside a release `one` whose only figure is 5; `evidence` names the file behind it."""
    folder = make_release(settings, evidence, value=value)
    settings.build.mkdir(parents=True, exist_ok=True)
    folder.rename(settings.candidate)
    make_release(settings, "one", value=5)
    path = settings.candidate / "manifest.json"
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kept = {"in_force_hash": "h", "key_id": "k", "release_id": "candidate"}
    path.write_text(
        json.dumps(body | kept | ({"code_version": program} if program else {})), encoding="utf-8"
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))


def test_a_figure_moved_by_the_program_alone_holds_until_somebody_approves(settings: Settings) -> None:
    candidate(settings)
    (row,) = changes_of(settings)
    assert (row["kpi_id"], row["cause"], float(row["after_value"])) == ("K1", "プログラム", 7)
    hold = hold_of(settings)
    assert hold is not None
    assert "KPIの値が1件動き(K1)、まだ承認されていないため" in hold.why
    assert "kyoso releases approve" in hold.todo
    made = approve(settings, "様式の\n第2版を読めるようにした", by="県 花江")
    assert (made.kind, made.subject, made.by) == ("approve", "next", "県 花江")
    assert made.reason == "様式の 第2版を読めるようにした"
    (changed,) = operations(settings)[-1].details["changed"]
    assert changed["kpi_id"] == "K1"
    assert (float(changed["before_value"]), float(changed["after_value"])) == (5, 7)
    assert hold_of(settings) is None


def test_the_next_program_needs_an_approval_of_its_own(settings: Settings) -> None:
    candidate(settings)
    approve(settings, "確認した")
    candidate_path = settings.candidate / "manifest.json"
    body = json.loads(candidate_path.read_text(encoding="utf-8"))
    candidate_path.write_text(json.dumps(body | {"code_version": "later"}), encoding="utf-8")
    assert hold_of(settings) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"program": ""},
        {"value": 5},
        {"evidence": "two"},
    ],
    ids=["the same program", "no figure moved", "files moved it"],
)
def test_nothing_is_held_where_nothing_is_to_be_approved(settings: Settings, changed: dict[str, Any]) -> None:
    candidate(settings, **changed)
    assert hold_of(settings) is None
    with pytest.raises(KyosoError, match="承認を要する変更はありません"):
        approve(settings, "確認した")
    assert operations(settings) == []


def test_the_first_release_ever_is_not_held(settings: Settings) -> None:
    candidate(settings)
    settings.current.unlink()
    assert changes_of(settings) == []
    assert hold_of(settings) is None


def test_a_release_that_cannot_be_compared_holds_and_can_be_approved(settings: Settings) -> None:
    """A program of long ago kept other tables. Nights must neither fail for ever nor publish unseen."""
    candidate(settings)
    (settings.current / "control" / "files.parquet").unlink()
    hold = hold_of(settings)
    assert hold is not None
    assert "比べられず" in hold.why
    assert approve(settings, "確認した").details == {"changed": None}
    assert hold_of(settings) is None


def test_without_a_candidate_there_is_nothing_to_approve(settings: Settings) -> None:
    with pytest.raises(KyosoError, match="承認する候補がありません"):
        approve(settings, "確認した")


def test_the_command_shows_what_it_approves(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    candidate(settings)
    where = ["--home", str(settings.home), "--reason", "第2版の様式", "--by", "県 花江"]
    monkeypatch.setattr(sys, "argv", ["kyoso", "releases", "approve", *where])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "今の公開版と比べて変わるKPI: 1件(原因: 様式・読取り・集計の規則の変更 1件)" in said
    assert "プログラムの変更の承認 next" in said
    assert "次の kyoso nightly" in said
