"""What a finding tells a clerk to do is right: doing exactly that closes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.contracts import all_datasets
from tests.unit.ingest.conform.forms import PREAMBLE, column, conformed, heading, visit, visits

COSTS = "register__costs"


def test_a_total_that_differs_is_told_in_the_unit_of_its_column(tmp_path: Path) -> None:
    """Rows hold yen; 36,000,000 typed into a column of thousands would be a thousand times too much."""
    names = [f.name for f in all_datasets()[COSTS].columns]
    head = [
        f"{f.header('R8.1')}({f.unit})" if f.unit else f.header("R8.1") for f in all_datasets()[COSTS].columns
    ]

    def rows(stated: str) -> list[list[str]]:
        values = {
            "cost_id": "C1",
            "programme": "個別支援",
            "item": "委託料",
            "fund_source": "県",
            "budget_jpy": "12,000",
        }
        line = [values.get(name, "") for name in names]
        total = ["計", *(stated if name == "budget_jpy" else "" for name in names[1:])]
        return [["年度", "令和8年度"], [], head, line, [*line[:0], "C2", *line[1:]], total]

    (finding,) = conformed(tmp_path, rows("30,000"), "register").findings
    assert (finding.rule, finding.example) == ("total_differs", "24000")
    assert conformed(tmp_path, rows(finding.example), "register").findings == []


@pytest.mark.parametrize("field", ["visit_date", "visit_id", "travel_cost_jpy"])
def test_a_heading_nothing_like_the_forms_own_is_told_by_its_place(field: str, tmp_path: Path) -> None:
    head = heading()
    right, head[column(field)] = head[column(field)], "まったく別の言葉"
    found = {f.rule: f for f in conformed(tmp_path, [*PREAMBLE, head, visit(1)]).findings}
    assert found["unknown_column"].example == right
    assert f"「{right}」に戻して" in found["unknown_column"].suggestion


def test_a_heading_between_two_that_are_there_is_told_to_go(tmp_path: Path) -> None:
    head, row = heading(), visit(1)
    head.insert(3, "まったく別の言葉")
    row.insert(3, "x")
    (finding,) = [
        f for f in conformed(tmp_path, [*PREAMBLE, head, row]).findings if f.rule == "unknown_column"
    ]
    assert "削除" in finding.suggestion
    assert visits(tmp_path, [visit(1)]).findings == []
