"""The rows of a table. A total taken for a visit, or a visit taken for a note, changes what the assembly reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.pseudonyms import sample_key
from tests.unit.ingest.conform.forms import (
    FILE_ID,
    HEADING_ROW,
    PREAMBLE,
    VISITS,
    column,
    conformed,
    errors,
    heading,
    landed,
    places,
    visit,
    visits,
)

FIRST = HEADING_ROW + 1


def test_a_correct_form_lands_whole_typed_and_without_a_word(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1), visit(2)])
    assert outcome.findings == []
    first = landed(outcome)[0]
    assert first["municipality_code"] == "302023"
    assert first["report_month"] == date(2026, 6, 1)
    assert first["visit_date"] == date(2026, 6, 2)
    assert (first["start_minute"], first["end_minute"]) == (780, 990)
    assert (first["is_first_visit"], first["attendee_count"], first["travel_cost_jpy"]) == (False, 5, 1200)
    assert first["preparation_hours"] == Decimal("2.5")
    assert first["person"] == sample_key().pseudonym("架空 一郎")
    assert (first["_file_id"], first["_sheet"], first["_row"]) == (FILE_ID, "CSV", FIRST)
    assert outcome.submissions == {(VISITS, "302023/2026-06-01/dispatch")}


def test_a_field_is_bound_to_the_column_or_cell_it_was_read_from(tmp_path: Path) -> None:
    bindings = {b.field: b for b in visits(tmp_path, [visit(1)]).bindings}
    assert bindings["visit_id"].cell_column == "A"
    assert bindings["visit_date"].cell_column == "D"
    assert bindings["visit_date"].header_row == HEADING_ROW
    assert bindings["municipality_code"].preamble_cell == "B3"


@pytest.mark.parametrize("mark", ["〃", "々", "同上", "″", '"'])
def test_a_ditto_mark_is_the_value_above_also_over_several_rows(tmp_path: Path, mark: str) -> None:
    outcome = visits(tmp_path, [visit(1, theme="標準化"), visit(2, theme=mark), visit(3, theme=mark)])
    assert [r["theme"] for r in landed(outcome)] == ["standardization"] * 3
    assert outcome.findings == []


def test_a_ditto_mark_repeats_what_was_typed_above_even_if_that_row_was_set_aside(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1, visit_date="R8.6.31", mode="オンライン"), visit(2, mode="〃")])
    assert [r["mode"] for r in landed(outcome)] == ["online"]


@pytest.mark.parametrize("above", [[], [visit(1), []], [visit(1), ["計"]], [visit(1), ["※ ここから7月分"]]])
def test_a_ditto_mark_with_no_row_of_its_block_above_is_refused(
    tmp_path: Path, above: list[list[str]]
) -> None:
    outcome = visits(tmp_path, [*above, visit(2, theme="〃")])
    assert [(f.rule, f.typed_text) for f in outcome.findings] == [("nothing_above", "〃")]
    assert landed(outcome)[-1]["theme"] is None


def test_totals_are_checked_and_never_counted_as_visits(tmp_path: Path) -> None:
    total = visit(0, visit_id="合　計", attendee_count="10", travel_cost_jpy="2,500")
    outcome = visits(tmp_path, [visit(1), visit(2), total])
    assert len(landed(outcome)) == outcome.counts[0].rows_in == 2
    (finding,) = [f for f in outcome.findings if f.field == "travel_cost_jpy"]
    assert (finding.rule, finding.severity, finding.cell) == ("total_differs", "warning", f"S{FIRST + 2}")
    assert "2400" in finding.message
    assert "attendee_count" not in {f.field for f in outcome.findings}, "10 is right"


def test_a_subtotal_stands_for_the_rows_since_the_last_one(tmp_path: Path) -> None:
    def total(name: str, people: str) -> list[str]:
        return [name if i == 0 else people if i == column("attendee_count") else "" for i in range(19)]

    rows = [visit(1), visit(2), total("小計", "10"), visit(3), total("小計", "5"), total("計", "15")]
    assert visits(tmp_path, rows).findings == []
    rows[4] = total("小計", "15")
    assert places(visits(tmp_path, rows)) == [(f"L{FIRST + 4}", "total_differs")]


def test_a_total_over_a_row_that_was_set_aside_is_called_wrong(tmp_path: Path) -> None:
    total = ["計" if i == 0 else "10" if i == column("attendee_count") else "" for i in range(19)]
    outcome = visits(tmp_path, [visit(1), visit(2, visit_date="未定"), total])
    assert [f.rule for f in outcome.findings] == ["not_a_date", "total_differs"]


@pytest.mark.parametrize(
    "note",
    [
        ["※ 記入例は別紙"],
        ["注 端数は切捨て"],
        ["(注)概数"],
        ["", "※1 県の様式"],
        ["※", "説明は", "別紙"],
        ["備考: なし"],
    ],
)
def test_notes_are_no_rows(tmp_path: Path, note: list[str]) -> None:
    outcome = visits(tmp_path, [visit(1), note])
    assert (len(landed(outcome)), outcome.counts[0].rows_in, outcome.findings) == (1, 1, [])


def test_a_row_of_data_that_begins_with_chu_is_no_note(tmp_path: Path) -> None:
    """注文管理システムの導入 is the name of a procurement case, and it was dropped without a word."""
    outcome = visits(tmp_path, [visit(1, visit_id="注文管理-01")])
    assert [r["visit_id"] for r in landed(outcome)] == ["注文管理-01"]


def test_an_unmarked_remark_under_the_table_is_set_aside_and_not_lost(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1), ["以上のとおり報告します"]])
    assert (outcome.counts[0].rows_in, outcome.counts[0].rows_set_aside) == (2, 1)
    assert errors(outcome)


def test_a_repeated_key_sets_the_second_row_aside_and_names_the_first(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1), visit(2, visit_id="V001")])
    (finding,) = outcome.findings
    assert (finding.rule, finding.row, finding.typed_text) == ("duplicate_key", FIRST + 1, "V001")
    assert f"{FIRST}行目" in finding.message
    assert len(landed(outcome)) == 1


def test_a_survey_answer_sent_again_counts_in_its_newest_form(tmp_path: Path) -> None:
    """Microsoft Forms only appends to its workbook: a changed answer stands below the one it replaces."""
    dataset = "survey__needs"
    rows = [
        ("N1", "R8.2.2", "海南市", "標準化", "", "○", ""),
        ("N2", "R8.2.2", "橋本市", "標準化", "", "○", ""),
        ("N1", "R8.2.9", "海南市", "生成AI", "", "×", ""),
    ]
    outcome = conformed(tmp_path, [heading(dataset), *rows], "survey")
    assert [(r["response_id"], r["theme_first"]) for r in landed(outcome, dataset)] == [
        ("N2", "standardization"),
        ("N1", "generative_ai"),
    ]
    assert (outcome.counts[0].rows_in, outcome.counts[0].rows_set_aside) == (3, 1)
    (finding,) = outcome.findings
    assert (finding.rule, finding.severity, finding.cell) == ("renewed_row", "warning", "2:2")


def test_a_broken_required_cell_costs_the_row_and_an_optional_one_only_itself(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1, visit_date=""), visit(2, due_date="R9.2.30", attendee_count="-")])
    assert places(outcome) == [
        (f"D{FIRST}", "missing_value"),
        (f"L{FIRST + 1}", "value_was_read_differently"),
        (f"Q{FIRST + 1}", "impossible_day"),
    ]
    (row,) = landed(outcome)
    assert (row["visit_id"], row["due_date"], row["attendee_count"]) == ("V002", None, None)


def test_a_suggestion_uses_the_year_of_the_form(tmp_path: Path) -> None:
    (finding,) = visits(tmp_path, [visit(1, visit_date="R8.2.31")]).findings
    assert finding.suggestion == "R9.2.28"


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    rows = [visit(n, visit_date="未定", mode="徒歩", attendee_count="約5名") for n in range(3)]
    assert len(visits(tmp_path, rows).findings) == 9


def test_only_merged_cells_are_filled_down(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in [*PREAMBLE, heading(), visit(1), visit(2, theme=None), visit(3, theme=None)]:
        sheet.append(list(row))
    theme = column("theme") + 1
    sheet.merge_cells(start_row=FIRST, end_row=FIRST + 1, start_column=theme, end_column=theme)
    path = tmp_path / "merged.xlsx"
    workbook.save(path)
    outcome = conform_file(FileJob(FILE_ID, "visit_log", path, path.name, sample_key()))
    assert [r["theme"] for r in landed(outcome)] == ["generative_ai", "generative_ai", None]


def test_a_column_in_thousands_of_yen_lands_as_yen_and_the_heading_decides(tmp_path: Path) -> None:
    names = heading()
    names[column("travel_cost_jpy")] = "旅費(千円)"
    outcome = conformed(
        tmp_path, [*PREAMBLE, names, visit(1, travel_cost_jpy="1.2"), visit(2, travel_cost_jpy="1,200円")]
    )
    assert [r["travel_cost_jpy"] for r in landed(outcome)] == [1200, 1200]


def test_numbers_too_wide_for_the_warehouse_are_refused(tmp_path: Path) -> None:
    outcome = visits(tmp_path, [visit(1, travel_cost_jpy="9" * 15), visit(2, preparation_hours="1" * 20)])
    assert [f.rule for f in outcome.findings] == ["number_too_large"] * 2


def test_a_formula_without_a_value_is_refused_in_every_field_and_shown_as_it_stands(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in [
        *PREAMBLE,
        heading(),
        visit(1, section_name="=A1", travel_cost_jpy="=SUM(1,2)"),
        visit(2, visit_date="=TODAY()"),
    ]:
        sheet.append(list(row))
    path = tmp_path / "formula.xlsx"
    workbook.save(path)
    outcome = conform_file(FileJob(FILE_ID, "visit_log", path, path.name, sample_key()))
    assert [(f.cell, f.rule, f.typed_text) for f in outcome.findings] == [
        (f"K{FIRST}", "formula_without_value", "=A1"),
        (f"S{FIRST}", "formula_without_value", "=SUM(1,2)"),
        (f"D{FIRST + 1}", "formula_without_value", "=TODAY()"),
    ]
    assert [(r["visit_id"], r["section_name"], r["travel_cost_jpy"]) for r in landed(outcome)] == [
        ("V001", None, None)
    ]


def test_a_day_without_a_year_is_completed_by_the_form_only_where_the_contract_allows_it(
    tmp_path: Path,
) -> None:
    """The visit lies in the year of its report; a deadline may lie in any."""
    outcome = visits(tmp_path, [visit(1, visit_date="6月3日", due_date="7月31日")])
    (row,) = landed(outcome)
    assert (row["visit_date"], row["due_date"]) == (date(2026, 6, 3), None)
    found = {f.field: f for f in outcome.findings}
    assert found["visit_date"].rule == "value_was_read_differently"
    assert "6月3日" in found["visit_date"].message
    assert "R8.6.3" in found["visit_date"].message
    assert (found["due_date"].rule, found["due_date"].suggestion) == ("date_without_year", "R8.7.31")
