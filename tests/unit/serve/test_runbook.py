"""The runbook is looked up by the words on the screen. Words that the program does not say lead nowhere."""

from __future__ import annotations

import re

from typer.main import get_command

from pipelines.cli.options import app
from pipelines.settings import CHECKOUT

MANUAL = CHECKOUT / "pipelines" / "serve" / "OPERATIONS.ja.md"


def spoken() -> str:
    """Everything the program can say; a sentence may be written over several lines of code."""
    texts = [p.read_text(encoding="utf-8") for p in sorted((CHECKOUT / "pipelines").rglob("*.py"))]
    return re.sub(r'"\s*\n\s*f?"', "", "".join(texts))


def test_the_words_by_which_trouble_is_looked_up_are_those_of_the_program() -> None:
    table = MANUAL.read_text(encoding="utf-8").split("## 12. 困ったとき")[1]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    quoted = [words for row in rows for words in re.findall("「(.+?)」", row)]
    assert len(rows) >= 10
    assert len(quoted) >= 10
    said = spoken()
    assert [words for words in quoted if words not in said] == []


def test_every_command_and_variable_of_the_manual_exists() -> None:
    text = MANUAL.read_text(encoding="utf-8") + (CHECKOUT / "README.ja.md").read_text(encoding="utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    called = re.findall(r"(?:^|`|bin/)kyoso ([a-z]+)(?: ([a-z]+))?", text, re.MULTILINE)
    assert {"nightly", "doctor", "backup", "releases"} <= {name for name, _ in called}
    for name, more in called:
        assert name in commands, name
        below = getattr(commands[name], "commands", {})
        assert not more or not below or more in below, (name, more)
    said = spoken() + (CHECKOUT / "dbt_project" / "profiles.yml").read_text(encoding="utf-8")
    assert [v for v in sorted(set(re.findall(r"KYOSO_[A-Z_]+", text))) if v not in said] == []
