"""Which table is this? A form that is not recognised must say which one it is nearest to, and drop nothing silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.findings import ERROR, WARNING
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


def conform_workbook(workbook: Workbook, folder: Path, source: str = "visit_log") -> FileOutcome:
    path = folder / "form.xlsx"
    workbook.save(path)
    return conform_file(FileJob(FILE_ID, source, path, path.name, sample_key()))


@pytest.mark.parametrize("version", ["R5", "R7", "R8"])
def test_each_years_form_is_known_by_its_own_headings(tmp_path: Path, version: str) -> None:
    dataset = "assessment__answers"
    preamble = [("団体名", "橋本市"), ("調査回", "R7"), ("評価者区分", "自己"), ("評価日", "R7.10.1"), ()]
    rows = [("1", "判断", "課題を決められる", "3", "議事録")]
    outcome = conformed(tmp_path, [*preamble, heading(dataset, version), *rows], "assessment")
    assert outcome.versions == f"answers:{version}"
    assert outcome.findings == []
    assert [(r["item_no"], r["capability"], r["score"]) for r in landed(outcome, dataset)] == [
        ("1", "judge", 3)
    ]


def test_a_form_that_mixes_the_headings_of_two_years_says_which_are_wrong(tmp_path: Path) -> None:
    dataset = "assessment__answers"
    preamble = [("団体名", "橋本市"), ("調査回", "R8中間"), ("評価者区分", "自己"), ("評価日", "R8.10.1"), ()]
    mixed = [*heading(dataset, "R8")[:-1], heading(dataset, "R5")[-1]]
    outcome = conformed(tmp_path, [*preamble, mixed, ("1", "判断", "x", "3", "議事録")], "assessment")
    assert {(f.rule, f.severity) for f in outcome.findings} == {
        ("missing_column", WARNING),
        ("unknown_column", ERROR),
    }
    (unknown,) = errors(outcome)
    assert (unknown.cell, unknown.typed_text) == ("E6", "備考")
    assert len(landed(outcome, dataset)) == 1


def test_headings_may_be_typed_wide_spaced_and_with_their_unit(tmp_path: Path) -> None:
    names = [f" {name[:1]} {name[1:]}\n" for name in heading()]
    names[column("attendee_count")] = "参加者数（人）"
    outcome = conformed(tmp_path, [*PREAMBLE, names, visit(1)])
    assert outcome.findings == []
    assert landed(outcome)[0]["attendee_count"] == 5


def test_columns_may_stand_in_any_order_and_anywhere(tmp_path: Path) -> None:
    shifted = [["", "", *row] for row in [*PREAMBLE, heading()[::-1], visit(1)[::-1]]]
    outcome = conformed(tmp_path, [*[()] * 4, *shifted])
    assert outcome.findings == []
    assert landed(outcome)[0]["_row"] == HEADING_ROW + 5
    assert {b.field: b.cell_column for b in outcome.bindings}["travel_cost_jpy"] == "C"


def test_a_heading_of_two_rows_under_merged_groups_is_one_heading(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in PREAMBLE:
        sheet.append(list(row))
    upper = ["報告番号", "支援者", *[None] * 17]
    upper[column("visit_date")] = "日時"
    lower = [None, None, *heading()[2:]]
    sheet.append(upper)
    sheet.append(lower)
    sheet.append(visit(1))
    top = HEADING_ROW
    sheet.merge_cells(
        start_row=top, end_row=top, start_column=column("visit_date") + 1, end_column=column("end_minute") + 1
    )
    for narrow in (1, 2):
        sheet.merge_cells(start_row=top, end_row=top + 1, start_column=narrow, end_column=narrow)
    outcome = conform_workbook(workbook, tmp_path)
    assert outcome.findings == []
    assert landed(outcome)[0]["visit_id"] == "V001"
    assert landed(outcome)[0]["_row"] == top + 2


def test_two_tables_in_one_sheet_keep_their_own_municipality(tmp_path: Path) -> None:
    second = [("団体名", "橋本市") if row[:1] == ("団体名",) else row for row in PREAMBLE]
    outcome = conformed(
        tmp_path, [*PREAMBLE, heading(), visit(1), (), *second, heading(), visit(1), visit(2)]
    )
    assert [r["municipality_code"] for r in landed(outcome)] == ["302023", "302031", "302031"]
    assert len(outcome.submissions) == 2
    assert [c.rows_landed for c in outcome.counts] == [1, 2]


def test_a_second_table_without_its_own_municipality_is_not_given_the_first_ones(tmp_path: Path) -> None:
    outcome = conformed(tmp_path, [*PREAMBLE, heading(), visit(1), (), heading(), visit(2)])
    assert [r["visit_id"] for r in landed(outcome)] == ["V001"]
    assert "missing_preamble" in {f.rule for f in errors(outcome)}
    assert (outcome.counts[1].rows_in, outcome.counts[1].rows_set_aside) == (1, 1)


@pytest.mark.parametrize(
    ("row", "replacement", "rule"),
    [
        (2, ("団体名", ""), "missing_preamble"),
        (2, ("団体名", "報告対象月", "R8.6"), "missing_preamble"),
        (2, ("団体名", "紀州中央市"), "unknown_municipality"),
        (3, ("報告対象月", "6月"), "not_a_date"),
        (4, ("区分", "その他"), "unknown_category"),
    ],
)
def test_a_form_without_its_head_lands_no_row_and_says_where(
    tmp_path: Path, row: int, replacement: tuple[str, ...], rule: str
) -> None:
    preamble = [replacement if number == row else line for number, line in enumerate(PREAMBLE)]
    outcome = conformed(tmp_path, [*preamble, heading(), visit(1), visit(2)])
    assert landed(outcome) == []
    assert (outcome.counts[0].rows_in, outcome.counts[0].rows_set_aside) == (2, 2)
    assert rule in {f.rule for f in errors(outcome)}
    assert all(f.cell for f in outcome.findings)


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        (("団体名", ""), "B3"),
        (("", "団体名："), "C3"),
        (("団体名", "報告対象月", "R8.6"), "A3"),
        (("名称", "海南市"), "7:7"),
    ],
)
def test_a_field_left_blank_above_the_table_is_named_by_the_cell_to_be_filled_in(
    tmp_path: Path, line: tuple[str, ...], cell: str
) -> None:
    preamble = [line if number == 2 else row for number, row in enumerate(PREAMBLE)]
    (finding,) = [f for f in errors(conformed(tmp_path, [*preamble, heading(), visit(1)])) if f.field]
    assert (finding.rule, finding.field_label, finding.cell) == ("missing_preamble", "団体名", cell)


@pytest.mark.parametrize("line", [("団体名：海南市",), ("団体名:", "", "海南市"), ("", "団体名", "海南市")])
def test_the_head_may_be_written_in_one_cell_or_apart(tmp_path: Path, line: tuple[str, ...]) -> None:
    preamble = [line if number == 2 else row for number, row in enumerate(PREAMBLE)]
    assert conformed(tmp_path, [*preamble, heading(), visit(1)]).findings == []


def test_a_renamed_required_column_stops_the_table_and_names_both_headings(tmp_path: Path) -> None:
    names = heading()
    names[column("visit_date")] = "実施した日"
    outcome = conformed(tmp_path, [*PREAMBLE, names, visit(1), visit(2)])
    missing, unknown = outcome.findings[-2:]
    assert (missing.rule, unknown.rule) == ("missing_column", "unknown_column")
    assert missing.severity == unknown.severity == ERROR
    assert unknown.cell == f"D{HEADING_ROW}"
    assert "実施日" in unknown.suggestion
    assert landed(outcome) == []
    assert outcome.counts[0].rows_set_aside == 2


def test_a_column_that_no_contract_knows_is_an_error_and_the_rest_lands(tmp_path: Path) -> None:
    outcome = conformed(tmp_path, [*PREAMBLE, [*heading(), "満足度"], [*visit(1), "5"]])
    (finding,) = outcome.findings
    assert (finding.rule, finding.severity, finding.cell) == ("unknown_column", ERROR, f"T{HEADING_ROW}")
    assert all_datasets()[VISITS].label in finding.message
    assert len(landed(outcome)) == 1


def test_a_file_of_another_source_is_refused_with_the_folder_it_belongs_to(tmp_path: Path) -> None:
    outcome = conformed(
        tmp_path, [heading("survey__needs"), ("N1", "R8.2.2", "海南市", "標準化", "", "○", "")]
    )
    assert outcome.status == "refused"
    (finding,) = outcome.findings
    assert finding.rule == "wrong_source"
    assert "survey" in finding.suggestion
    assert all_datasets()["survey__needs"].label in finding.message


@pytest.mark.parametrize(
    ("names", "nearest"),
    [
        (["番号", "日付", "実施状況", "参加者数", "所感"], VISITS),
        (["WG番号", "WG名称", "テーマ", "感想"], "register__wgs"),
        (["報告番合", "支援者名", "実施日時", "開始時間"], VISITS),
    ],
)
def test_an_unknown_heading_names_the_nearest_form(tmp_path: Path, names: list[str], nearest: str) -> None:
    outcome = conformed(tmp_path, [["報告"], names, ["1"] * len(names)])
    assert (outcome.status, outcome.rows) == ("refused", {})
    (finding,) = outcome.findings
    assert finding.rule == "unknown_header"
    assert f"最も近い様式は「{all_datasets()[nearest].label}」" in finding.message


def test_a_file_like_nothing_we_know_is_refused_without_a_guess(tmp_path: Path) -> None:
    (finding,) = conformed(tmp_path, [["gorilla", "zebra"], ["1", "2"]]).findings
    assert finding.rule == "unknown_header"
    assert "最も近い" not in finding.message


def test_hidden_sheets_are_left_out_and_hidden_rows_read_and_both_are_said(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in [*PREAMBLE, heading(), visit(1), visit(2)]:
        sheet.append(list(row))
    sheet.row_dimensions[HEADING_ROW + 2].hidden = True
    hidden = workbook.create_sheet("旧データ")
    for row in [*PREAMBLE, heading(), visit(8)]:
        hidden.append(list(row))
    hidden.sheet_state = "veryHidden"
    workbook.create_sheet("空").sheet_state = "hidden"
    outcome = conform_workbook(workbook, tmp_path)
    assert [r["visit_id"] for r in landed(outcome)] == ["V001", "V002"]
    assert {(f.rule, f.sheet, f.cell) for f in outcome.findings} == {
        ("hidden_cells_were_read", "Sheet", f"{HEADING_ROW + 2}:{HEADING_ROW + 2}"),
        ("sheet_not_read", "旧データ", ""),
    }


def test_a_csv_named_xlsx_is_read_and_a_web_page_named_xls_is_refused(tmp_path: Path) -> None:
    visits(tmp_path, [visit(1)])
    data = (tmp_path / "form.csv").read_bytes()
    for name, content, status in (("a.xlsx", data, "landed"), ("b.xls", b"<html><table>", "refused")):
        (tmp_path / name).write_bytes(content)
        outcome = conform_file(FileJob(FILE_ID, "visit_log", tmp_path / name, name, sample_key()))
        assert outcome.status == status
    assert "HTML" in outcome.findings[0].message


def test_an_alias_is_read_only_where_the_table_names_it(tmp_path: Path) -> None:
    preamble = [("団体名", "紀ノ川市") if number == 2 else row for number, row in enumerate(PREAMBLE)]
    rows = [*preamble, heading(), visit(1)]
    assert places(conformed(tmp_path, rows))[0] == ("B3", "unknown_municipality")
    outcome = conformed(tmp_path, rows, aliases={"紀ノ川市": "302082"})
    assert [f.rule for f in outcome.findings] == ["value_was_read_differently"]
    assert landed(outcome)[0]["municipality_code"] == "302082"
