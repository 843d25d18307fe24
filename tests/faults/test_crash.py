"""A step that breaks. If its reason is lost among traces, or told in none, nobody can repair it in the morning."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import CHECKOUT
from tests.conftest import SAMPLE

pytestmark = pytest.mark.slow
_BREAK = """
from pipelines.errors import KyosoError
from pipelines.night import Night

def explode(*_):
    raise {error}

Night.{step} = explode
from pipelines.cli import main
main()
"""


def broken_night(home: Path, step: str, error: str) -> subprocess.CompletedProcess[str]:
    command = ["nightly", "--raw", SAMPLE, "--home", home, "--as-of", "2026-11-19"]
    return subprocess.run(
        [sys.executable, "-c", _BREAK.format(step=step, error=error), *map(str, command)],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        check=False,
    )


@pytest.mark.parametrize("step", ["land", "build_models"], ids=["before Dagster", "inside a step of Dagster"])
def test_what_nobody_foresaw_is_told_once_in_japanese_and_its_trace_is_in_a_log(
    home: Path, step: str
) -> None:
    ran = broken_night(home, step, 'ZeroDivisionError("division by zero")')
    assert ran.returncode == 1
    assert (ran.stdout + ran.stderr).count(
        "予期しない誤りで止まりました(ZeroDivisionError: division by zero)"
    ) == 1
    assert "Traceback" not in ran.stderr
    assert "dagster" not in ran.stderr
    match = re.search(r"記録 (\S+\.log)", ran.stderr)
    assert match
    assert Path(match[1]).is_relative_to(home / "logs")
    assert "in explode" in Path(match[1]).read_text(encoding="utf-8")
    latest = json.loads((home / "status" / "latest.json").read_text(encoding="utf-8"))
    assert latest["outcome"] == "failed"
    assert "ZeroDivisionError" in latest["error"]["what"]


def test_a_reason_meant_for_people_reaches_screen_and_status_word_for_word(home: Path) -> None:
    error = 'KyosoError("表が壊れています。", where="あの表", todo="直してください。", exit_code=1)'
    ran = broken_night(home, "build_models", error)
    assert ran.returncode == 1
    assert ran.stderr == "エラー: 表が壊れています。\n場所: あの表\nすること: 直してください。\n"
    assert "受領: 新しいファイル 0件" in ran.stdout
    page = (home / "status" / "index.html").read_text(encoding="utf-8")
    assert "表が壊れています。" in page
    assert "直してください。" in page
