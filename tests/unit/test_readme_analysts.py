"""What README.ja tells analysts to type is typed here: an example that fails costs more trust than none."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pipelines.settings import CHECKOUT
from tests.conftest import run_kyoso

pytestmark = pytest.mark.slow

SECTION = re.split(r"^## ", (CHECKOUT / "README.ja.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
TEXT = next(part for part in SECTION if part.startswith("7. "))
# A remark stands after three spaces.
COMMANDS = [re.split(r" {3}| > ", line)[0] for line in re.findall(r"^kyoso .*$", TEXT, re.MULTILINE)]


def test_the_examples_are_found() -> None:
    assert len(COMMANDS) >= 9
    assert TEXT.count("```python") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers(command: str, sample_home: Path, tmp_path: Path) -> None:
    words = [str(tmp_path / word) if word.endswith(".xlsx") else word for word in shlex.split(command)[1:]]
    ran = run_kyoso(*words, *([] if "--list" in words else ["--home", sample_home]))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_the_python_example_gives_the_kpis_of_the_prefecture(sample_home: Path) -> None:
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code is not None
    *lines, last = (
        code[1].replace("var/warehouse.duckdb", str(sample_home / "warehouse.duckdb")).strip().splitlines()
    )
    scope: dict[str, object] = {}
    exec("\n".join(lines), scope)
    frame = eval(last, scope)
    assert len(frame) >= 78
    assert set(frame.columns) >= {"kpi_id", "value", "target", "status"}


def test_what_it_says_of_the_released_file_is_true(sample_home: Path) -> None:
    reports = sample_home / "current" / "reports"
    for name in re.findall(r"`(data_dictionary\.\w+)`", TEXT):
        assert (reports / name).exists()
