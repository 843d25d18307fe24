"""Names that others rely on stay, or go by notice: a query that worked last year must not fail in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.model import released_columns
from pipelines.model.released_columns import Released, broken, described, listed, main, renewed, version

OLD = Released("mart_x", "value", "bigint")
GOING = replace(OLD, deprecated_since="0.2.0", replaced_by="amount", removed_not_before="0.10.0")


def test_every_column_ever_released_is_there_with_its_type() -> None:
    assert broken(listed(), described(), version()) == []


def test_the_list_knows_every_column_there_is() -> None:
    missing = {c.key for c in described()} - {c.key for c in listed()}
    assert missing == set(), "run `make columns`"


def test_what_is_described_is_what_dbt_enforces(manifest: Any) -> None:
    marts = [n for n in manifest.nodes.values() if n.resource_type == "model" and n.schema == "main"]
    assert {(n.name, c.name, c.data_type.replace(", ", ",")) for n in marts for c in n.columns.values()} == {
        (c.table, c.column, c.data_type) for c in described()
    }


@pytest.mark.parametrize("now", [[], [replace(OLD, data_type="varchar")], [replace(OLD, column="amount")]])
def test_a_column_without_notice_may_neither_go_nor_change(now: list[Released]) -> None:
    problems = broken([OLD], now, "9.0.0")
    assert len(problems) == 1
    assert "mart_x.value" in problems[0]
    assert "deprecated" in problems[0]


def test_after_notice_it_may_go_when_the_version_named_has_come() -> None:
    assert broken([GOING], [], "0.9.9") != []
    assert broken([GOING], [], "0.10.0") == []
    assert broken([GOING], [], "1.0.0") == []


def test_adding_is_free_and_a_mark_is_copied() -> None:
    new = Released("mart_x", "added", "date")
    assert broken([OLD], [new, GOING], "0.1.0") == []
    assert renewed([OLD], [new, GOING]) == [GOING, new]


def test_the_command_adds_what_is_new_and_refuses_what_would_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    now = [OLD]
    monkeypatch.setattr(released_columns, "LIST", path)
    monkeypatch.setattr(released_columns, "described", lambda: list(now))
    monkeypatch.setattr(released_columns.write, "__defaults__", (path,))
    monkeypatch.setattr(released_columns.listed, "__defaults__", (path,))
    assert main([]) == 0
    assert listed(path) == [OLD]
    now.append(Released("mart_x", "added", "date"))
    assert main(["--check"]) == 1
    assert "make columns" in capsys.readouterr().out
    assert main([]) == 0
    assert main(["--check"]) == 0
    now.pop(0)
    assert main([]) == 1
    assert "mart_x.valueがなくなりました" in capsys.readouterr().out
    assert OLD in listed(path)
