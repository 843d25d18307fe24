"""Documents that depend on the program alone are taken over, and only from a release by the same program."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.serve.candidate import Candidate
from pipelines.settings import Settings

NAMES = ["data_dictionary.html", "data_dictionary.xlsx"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    settings.candidate.mkdir(parents=True)
    reports = settings.current / "reports"
    reports.mkdir(parents=True)
    (settings.current / "manifest.json").write_text(json.dumps({"code_version": "one"}), encoding="utf-8")
    for name in (*NAMES, "annual_evaluation.html"):
        (reports / name).write_bytes(name.encode())
    return settings


def test_the_same_program_copies_them_and_nothing_else(settings: Settings) -> None:
    copies = Candidate(settings).take_over(settings.current, NAMES, "one")
    assert [(path.name, path.read_bytes()) for path in copies] == [(name, name.encode()) for name in NAMES]
    assert sorted(p.name for p in (settings.candidate / "reports").iterdir()) == NAMES


def test_another_program_takes_nothing(settings: Settings) -> None:
    assert Candidate(settings).take_over(settings.current, NAMES, "two") == []


def test_what_the_release_lacks_is_left_to_be_made(settings: Settings) -> None:
    (settings.current / "reports" / NAMES[0]).unlink()
    copies = Candidate(settings).take_over(settings.current, NAMES, "one")
    assert [path.name for path in copies] == NAMES[1:]


def test_the_first_night_has_nothing_to_take(settings: Settings) -> None:
    assert Candidate(settings).take_over(settings.home / "nothing", NAMES, "one") == []
