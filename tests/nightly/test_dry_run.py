"""A night for looking only. If it publishes, or speaks on the page everybody reads, nobody dares to try anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run_night
from tests.nightly.test_bad_week import bytes_below

pytestmark = pytest.mark.slow


def test_a_dry_run_changes_neither_release_nor_status_and_shows_its_own(home: Path) -> None:
    before = (home / "current").resolve(), bytes_below(home / "releases"), bytes_below(home / "status")
    ran = run_night(home, "--dry-run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "公開していません(--dry-run)。候補: " in ran.stdout
    assert (
        (home / "current").resolve(),
        bytes_below(home / "releases"),
        bytes_below(home / "status"),
    ) == before
    candidate = home / "build" / "candidate"
    assert {path.name for path in (candidate / "reports").iterdir()} >= {
        "annual_evaluation.pdf",
        "annual_evaluation.xlsx",
        "annual_evaluation.docx",
    }
    page = (candidate / "status" / "index.html").read_text(encoding="utf-8")
    assert "試しの実行(公開していません)" in page
    assert "新しい版を公開しました" not in page
