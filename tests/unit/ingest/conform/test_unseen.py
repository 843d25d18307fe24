"""What a clerk does not see in a sheet is read and said, each thing by its own name and with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.conform.unseen import unseen_cells
from pipelines.ingest.findings import WARNING, Finding, Place
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.grid import Grid
from tests.unit.ingest.conform.forms import (
    FILE_ID,
    HEADING_ROW,
    PREAMBLE,
    VISITS,
    column,
    heading,
    landed,
    visit,
    visits,
)
from tests.unit.ingest.read.biff12 import Sheet, xlsb

FORM_XLS = Path(__file__).parents[1] / "read" / "files" / "form.xls"


def conformed(path: Path) -> FileOutcome:
    return conform_file(FileJob(FILE_ID, "visit_log", path, path.name, sample_key()))


def unseen(outcome: FileOutcome) -> dict[str, Finding]:
    return {
        f.rule: f
        for f in outcome.findings
        if f.rule.endswith("_were_read") or f.rule == "value_of_another_file"
    }


def test_filtered_rows_count_and_are_told_apart_from_hidden_ones(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in [*PREAMBLE, heading(), *(visit(n) for n in range(1, 6))]:
        sheet.append(list(row))
    first = HEADING_ROW + 1
    sheet.auto_filter.ref = f"A{HEADING_ROW}:S{first + 2}"
    sheet.auto_filter.add_filter_column(0, ["V001"])
    for number in (first + 1, first + 2, first + 4):
        sheet.row_dimensions[number].hidden = True
    workbook.save(tmp_path / "form.xlsx")
    outcome = conformed(tmp_path / "form.xlsx")
    assert [row["visit_id"] for row in landed(outcome)] == [f"V00{n}" for n in range(1, 6)]
    found = unseen(outcome)
    assert found["filtered_rows_were_read"].cell == f"{first + 1}:{first + 1}"
    assert f"{first + 2}:{first + 2}" in found["filtered_rows_were_read"].message
    assert "フィルター" in found["filtered_rows_were_read"].suggestion
    assert found["hidden_cells_were_read"].cell == f"{first + 4}:{first + 4}"


@pytest.mark.parametrize(
    ("linked", "files", "cell", "said"),
    [
        (("C5", "C6"), ("予算.xlsx",), "C5", "セルC5、C6の数式が、別のファイル(予算.xlsx)"),
        ((), ("予算.xlsx",), "", "この形式ではセルを特定できません"),
        (("C5",), (), "C5", "別のファイルの値"),
    ],
)
def test_values_of_another_file_are_named_as_exactly_as_the_format_allows(
    linked: tuple[str, ...], files: tuple[str, ...], cell: str, said: str
) -> None:
    (finding,) = unseen_cells(Place("f", "visit_log"), Grid("表", (), linked=linked, linked_files=files))
    assert (finding.rule, finding.severity, finding.cell) == ("value_of_another_file", WARNING, cell)
    assert said in finding.message
    assert "値の貼り付け" in finding.suggestion


def test_what_is_in_sight_is_not_mentioned() -> None:
    assert unseen_cells(Place("f", "visit_log"), Grid("表", (("a",),))) == []


def test_an_old_workbook_lands_like_a_new_one() -> None:
    """The form of the fuzzer, saved by an office program as .xls: units are converted and said, nothing is lost."""
    outcome = conformed(FORM_XLS)
    rows = landed(outcome)
    assert [row["visit_id"] for row in rows] == [f"V00{n}" for n in range(1, 8)]
    assert {row["travel_cost_jpy"] for row in rows} == {1200}
    assert [row["attendee_count"] for row in rows] == list(range(1, 8))
    assert {f.rule for f in outcome.findings} == {"value_was_read_differently"}


def test_a_binary_workbook_lands_with_its_hidden_row_named_and_its_error_reported(tmp_path: Path) -> None:
    rows = [[str(v) for v in row] for row in (*PREAMBLE, heading(), visit(1), visit(2))]
    first = HEADING_ROW + 1
    hours = column("preparation_hours") + 1
    sheet = Sheet(rows, hidden_rows=[first], errors={(first + 1, hours): 0x17})
    (tmp_path / "form.xlsb").write_bytes(xlsb({"報告書": sheet}))
    outcome = conformed(tmp_path / "form.xlsb")
    assert [row["preparation_hours"] is None for row in landed(outcome)] == [False, True]
    assert unseen(outcome)["hidden_cells_were_read"].cell == f"{first}:{first}"
    (error,) = (f for f in outcome.findings if f.rule == "formula_without_value")
    assert (error.cell, error.typed_text) == (f"R{first + 1}", "#REF!")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", '＝HYPERLINK("x")'])
def test_text_that_a_spreadsheet_would_run_is_landed_as_the_text_it_is(tmp_path: Path, text: str) -> None:
    outcome = visits(tmp_path, [visit(1, decision=text)])
    assert landed(outcome, VISITS)[0]["decision"] == text
    workbook = Workbook()
    for row in [*PREAMBLE, heading(), visit(1)]:
        workbook.worksheets[0].append(list(row))
    cell = workbook.worksheets[0].cell(HEADING_ROW + 1, column("decision") + 1, text)
    cell.data_type = "s"
    workbook.save(tmp_path / "form.xlsx")
    assert landed(conformed(tmp_path / "form.xlsx"))[0]["decision"] == text
