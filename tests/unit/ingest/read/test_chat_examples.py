"""The examples in the readers' docstrings work at a Python prompt, on the files they name."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.ingest.read.chat_mapping import fitting
from pipelines.ingest.read.grid import Grid
from tests.unit.ingest.read import chat_files
from tests.unit.ingest.read.test_chat_table import HEADINGS, line
from tests.unit.ingest.read.test_chatwork import HEADINGS as CHATWORK_HEADINGS
from tests.unit.ingest.read.test_chatwork import message, write

READERS = [
    "slack",
    "slack_analytics",
    "teams_messages",
    "teams_usage",
    "lineworks",
    "chatwork",
    "chat_mapping",
    "chat_table",
]


@pytest.fixture
def prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A folder with the files that the examples name."""
    import json

    monkeypatch.chdir(tmp_path)
    chat_files.write_slack(Path("export.zip"), chat_files.post("U1", chat_files.INSTANT))
    chat_files.write_analytics(Path("analytics.json.gz"), chat_files.person_day(messages_posted_count=3))
    Path("messages.json").write_text(json.dumps([chat_files.teams_message()]))
    Path("TeamsUserActivity.csv").write_bytes(
        chat_files.as_csv([chat_files.USAGE_HEADINGS, chat_files.usage_row()])
    )
    Path("talk.csv").write_bytes(chat_files.as_csv([chat_files.LINE_WORKS_HEADINGS, chat_files.talk()]))
    write(Path("chatwork.zip"), {"01/1/m.csv": [CHATWORK_HEADINGS, message()]})
    return {"Path": Path, "fitting": fitting, "grid": Grid("", (HEADINGS, line(1), line(2)))}


def module(name: str) -> ModuleType:
    return importlib.import_module(f"pipelines.ingest.read.{name}")


@pytest.mark.parametrize("name", READERS)
def test_the_example_of_a_reader_works(name: str, prompt: dict[str, object]) -> None:
    found = doctest.testmod(module(name), extraglobs=prompt)
    assert found.attempted >= 2
    assert found.failed == 0
