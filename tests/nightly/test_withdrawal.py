"""A release withdrawn in the morning must not be back the next day, and a correction must get through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import run_kyoso, run_night
from tests.faults.spoiled import VISITS, edited
from tests.faults.test_kill import assert_release_is_whole

pytestmark = pytest.mark.slow


def latest(home: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((home / "status" / "latest.json").read_text(encoding="utf-8"))
    return found


def test_what_was_withdrawn_stays_away_until_a_correction_arrives(home: Path, raw: Path) -> None:
    bad = assert_release_is_whole(home)
    ran = run_kyoso("releases", "withdraw", bad, "--reason", "二重の記入", "--by", "県 太郎", "--home", home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "いま読まれる公開版はありません" in ran.stdout
    assert run_kyoso("sql", "select 1", "--home", home).returncode == 1
    ran = run_night(home, "--as-of", "2026-11-21", raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "公開を控えます" in ran.stdout
    assert not (home / "current").exists()
    assert latest(home)["outcome"] == "held"
    page = (home / "status" / "index.html").read_text(encoding="utf-8")
    assert "県 太郎" in page
    assert "二重の記入" in page
    assert run_kyoso("status", "--home", home).returncode == 5
    edited(
        raw / VISITS, raw / "R8/visit_log/2026-11-21/九度山町_派遣実施報告書_R8.7月_訂正.xlsx", {"A9": "T-1"}
    )
    ran = run_night(home, "--as-of", "2026-11-22", raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert assert_release_is_whole(home) != bad
    assert latest(home)["outcome"] == "released"
    assert "取消し" in run_kyoso("releases", "--home", home).stdout
