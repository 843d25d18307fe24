"""Rows in = rows landed + rows set aside, always. A row that is neither is a visit nobody will ever ask about."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.conform.outcome import FileOutcome
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.findings import ERROR, INFO, WARNING
from tests.unit.ingest.conform.forms import HEADING_ROW, PREAMBLE, conformed, heading, landed, visit, visits

BROKEN = st.sampled_from(
    [
        "",
        "未定",
        "R8.2.31",
        "約5名",
        "25:00",
        "〃",
        "△",
        "-",
        "x",
        "…",
        "0",
        "百二十",
        "1,2",
        "=1+1",
        "注",
        "※",
        "計",
        "海南市",
    ]
)
CELL = BROKEN | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
FIELDS = [f.name for f in all_datasets()["visit_log__visits"].columns]
ROW = st.builds(
    lambda n, typed: visit(n, **typed),
    st.integers(0, 40),
    st.dictionaries(st.sampled_from(FIELDS), CELL, max_size=4),
)
LINE: st.SearchStrategy[list[Any]] = ROW | st.lists(CELL, max_size=21) | st.just([])


def check(outcome: FileOutcome) -> None:
    for count in outcome.counts:
        assert count.rows_in == count.rows_landed + count.rows_set_aside
    assert sum(c.rows_landed for c in outcome.counts) == sum(len(rows) for rows in outcome.rows.values())
    if sum(c.rows_set_aside for c in outcome.counts):
        assert any(f.severity == ERROR for f in outcome.findings)
    if outcome.status == "refused":
        assert outcome.rows == {}
        assert outcome.findings


@given(st.lists(LINE, max_size=8))
def test_every_row_under_a_heading_lands_or_is_set_aside_with_an_error(rows: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = visits(Path(folder), rows)
    check(outcome)
    seen = {row["_row"] for row in landed(outcome)} | {f.row for f in outcome.findings if f.severity == ERROR}
    for number, row in enumerate(rows, start=HEADING_ROW + 1):
        first = next((cell for cell in row if str(cell).strip()), "")
        is_data = sum(1 for cell in row if str(cell).strip()) > 3 and str(first)[:1] not in "計※注小合総"
        assert number in seen or not is_data, (number, row)


@given(st.data())
def test_no_broken_form_breaks_the_reader(data: st.DataObject) -> None:
    """Rows, cells and headings changed, doubled, dropped and moved: an outcome comes back, and its counts agree."""
    rows: list[list[Any]] = [list(r) for r in (*PREAMBLE, heading(), visit(1), visit(2), visit(3))]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(rows) - 1))
        act = data.draw(st.sampled_from(["drop", "double", "swap", "cell", "clear"]))
        if act == "drop" and len(rows) > 1:
            rows.pop(at)
        elif act == "double":
            rows.insert(at, list(rows[at]))
        elif act == "swap":
            other = data.draw(st.integers(0, len(rows) - 1))
            rows[at], rows[other] = rows[other], rows[at]
        elif act == "cell" and rows[at]:
            rows[at][data.draw(st.integers(0, len(rows[at]) - 1))] = data.draw(CELL)
        elif act == "clear":
            rows[at] = []
    with tempfile.TemporaryDirectory() as folder:
        check(conformed(Path(folder), rows))


@given(st.lists(ROW, min_size=1, max_size=5))
def test_every_finding_tells_a_clerk_everything_needed_to_correct_the_cell(rows: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = visits(Path(folder), rows)
    for finding in outcome.findings:
        assert finding.file_id
        assert finding.source == "visit_log"
        assert finding.sheet == "CSV"
        assert finding.cell
        assert finding.row > HEADING_ROW
        assert finding.rule
        assert finding.severity in (ERROR, WARNING, INFO)
        assert finding.expected
        assert finding.example
        assert any("ぁ" <= c <= "ん" for c in finding.message)
        if finding.rule not in ("missing_value", "duplicate_key"):
            assert finding.typed_text
    assert len({f.finding_id for f in outcome.findings}) == len(outcome.findings)
