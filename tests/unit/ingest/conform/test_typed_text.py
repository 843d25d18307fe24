"""What was typed stays beside the value, so that nobody has to believe that ○ was read as yes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.ingest.conform.forms import conformed, landed, visit, visits


def typed(row: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(row["_typed"] or "{}")
    return found


def test_texts_that_the_value_does_not_tell_are_kept_and_people_are_not(tmp_path: Path) -> None:
    (row,) = landed(visits(tmp_path, [visit(1, is_first_visit="〇", attendee_count="5人")]))
    kept = typed(row)
    assert kept["municipality_code"] == "海南市"
    assert kept["visit_date"] == "R8.6.2"
    assert kept["is_first_visit"] == "〇"
    assert kept["mode"] == "訪問"
    assert kept["attendee_count"] == "5人"
    assert not kept.keys() & {"person", "visit_id", "activities", "section_name"}


def test_a_number_typed_as_it_is_needs_no_copy(tmp_path: Path) -> None:
    (row,) = landed(visits(tmp_path, [visit(1, attendee_count="5")]))
    assert "attendee_count" not in typed(row)


def test_a_ditto_mark_keeps_the_text_it_stands_for(tmp_path: Path) -> None:
    rows = landed(visits(tmp_path, [visit(1, theme="BPR"), visit(2, theme="〃")]))
    assert [typed(row)["theme"] for row in rows] == ["BPR", "BPR"]


def test_a_symbol_lands_as_no_value_with_its_own_code(tmp_path: Path) -> None:
    rows = landed(
        visits(tmp_path, [visit(n, attendee_count=symbol) for n, symbol in enumerate(("-", "…", "x", ""))])
    )
    assert [row["attendee_count"] for row in rows] == [None] * 4
    assert [json.loads(row["_missing"] or "{}").get("attendee_count") for row in rows] == [
        "none",
        "not_available",
        "suppressed",
        None,
    ]


def test_a_respondents_answer_is_not_kept_as_typed(tmp_path: Path) -> None:
    names = ["受付番号", "回答日時", "自治体名", "希望するテーマ(第1希望)"]
    outcome = conformed(tmp_path, [names, ["N1", "2026/06/01", "海南市", "生成AI"]], "survey")
    for row in landed(outcome, "survey__needs"):
        assert typed(row).keys() <= {"municipality_code"}


def test_a_rounded_number_says_so_before_and_after(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1, preparation_hours="2.123456")])
    (finding,) = outcome.findings
    assert "2.123456" in finding.message
    assert "2.1235" in finding.message
