"""Where tables stand in a sheet. A table that nobody finds is a month of visits that never happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pipelines.ingest.conform.cell import parsing_context
from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.header import find_headers
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.conform.table import conform_rows
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.findings import NAMED_ONE_BY_ONE, Place
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.grid import Grid
from tests.unit.ingest.conform.forms import (
    HEADING_ROW,
    PREAMBLE,
    VISITS,
    conformed,
    heading,
    landed,
    places,
    visit,
    visits,
)

FIRST = HEADING_ROW + 1
WIDTH = len(heading())


def beside(left: list[list[Any]], right: list[list[Any]], gap: int = 1) -> list[list[Any]]:
    """Two tables side by side with empty columns between them."""
    rows = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else []
        other = right[number] if number < len(right) else []
        rows.append([*one, *[""] * (WIDTH + gap - len(one)), *other])
    return rows


def table(town: str, *rows: list[Any]) -> list[list[Any]]:
    return [[], [], ["団体名", town], ["報告対象月", "R8.6"], ["区分", "派遣"], [], heading(), *rows]


def test_tables_side_by_side_are_read_each_under_its_own_preamble(tmp_path: Path) -> None:
    left = table("海南市", visit(1), visit(2))
    right = table("橋本市", visit(3), visit(4), visit(5))
    outcome = conformed(tmp_path, beside(left, right))
    assert outcome.findings == []
    assert [(r["municipality_code"], r["visit_id"], r["_row"]) for r in landed(outcome)] == [
        ("302023", "V001", 8),
        ("302023", "V002", 9),
        ("302031", "V003", 8),
        ("302031", "V004", 9),
        ("302031", "V005", 10),
    ]
    assert sum(c.rows_in for c in outcome.counts) == 5
    letters = {(b.cell_column or b.preamble_cell) for b in outcome.bindings if b.field == "visit_id"}
    assert letters == {"A", "U"}


def test_what_stands_above_only_one_of_two_tables_counts_for_both(tmp_path: Path) -> None:
    left = table("海南市", visit(1))
    right = [[], [], [], [], [], [], heading(), visit(2)]
    outcome = conformed(tmp_path, beside(left, right))
    assert {r["municipality_code"] for r in landed(outcome)} == {"302023"}
    assert len(landed(outcome)) == 2


def test_a_note_beside_the_longer_of_two_tables_costs_no_row(tmp_path: Path) -> None:
    left = [*table("海南市", visit(1)), ["※ 以上"]]
    outcome = conformed(tmp_path, beside(left, table("橋本市", visit(2), visit(3))))
    assert [r["visit_id"] for r in landed(outcome)] == ["V001", "V002", "V003"]


def test_a_table_below_ends_the_one_above_it(tmp_path: Path) -> None:
    rows = [*table("海南市", visit(1)), *table("橋本市", visit(2))]
    outcome = conformed(tmp_path, rows)
    assert [(r["municipality_code"], r["visit_id"]) for r in landed(outcome)] == [
        ("302023", "V001"),
        ("302031", "V002"),
    ]


def test_rows_of_a_table_whose_heading_nobody_knows_are_named(tmp_path: Path) -> None:
    strange = [["番号", "誰", "いつ", "何"], ["1", "架空", "R8.6.1", "研修"], ["2", "架空", "R8.6.2", "研修"]]
    outcome = conformed(tmp_path, [*PREAMBLE, *strange, [], heading(), visit(1)])
    (finding,) = outcome.findings
    assert (finding.rule, finding.severity, finding.cell) == ("rows_above_the_heading", "warning", "7:9")
    assert len(landed(outcome)) == 1


def test_values_under_no_heading_are_named_and_notes_beside_the_table_are_not(tmp_path: Path) -> None:
    rows = [[*visit(1), "", "※ 訪問は午後"], [*visit(2), "済", ""], [*visit(3), "済", ""]]
    outcome = visits(tmp_path, rows)
    assert places(outcome) == [(f"T{FIRST + 1}", "column_without_heading")]
    assert "(T)" in outcome.findings[0].message


def test_a_column_typed_wrongly_throughout_is_not_named_cell_by_cell_for_ever(tmp_path: Path) -> None:
    count = NAMED_ONE_BY_ONE + 234
    rows = [visit(n, visit_id=f"N{n}", attendee_count="約5名") for n in range(count)]
    outcome = visits(tmp_path, rows)
    assert len(outcome.findings) == NAMED_ONE_BY_ONE + 1
    last = outcome.findings[-1]
    assert "ほかに234件" in last.message
    assert f"{FIRST + count - 1:,}行目" in last.message
    assert len(landed(outcome)) == count


def test_a_heading_split_over_two_rows_is_put_together(tmp_path: Path) -> None:
    upper, lower = list(heading()), [""] * WIDTH
    for position, name in enumerate(heading()):
        if len(name) > 2 and position % 2:
            upper[position], lower[position] = name[:2], name[2:]
    outcome = conformed(tmp_path, [*PREAMBLE, upper, lower, visit(1)])
    assert [r["visit_id"] for r in landed(outcome, VISITS)] == ["V001"]
    assert outcome.findings == []


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], hidden: str = "") -> FileOutcome:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title == hidden else "visible"
        for row in rows:
            sheet.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    return conform_file(FileJob("ab" * 32, "visit_log", path, path.name, sample_key()))


def test_a_sheet_left_out_is_named_the_louder_the_more_it_looks_like_data(tmp_path: Path) -> None:
    other = [["番号", "相談者", "日", "内容"], *[[n, "架空", "R8.6.1", "相談"] for n in range(3)]]
    outcome = workbook(
        tmp_path,
        {
            "報告": table("海南市", visit(1)),
            "控え": table("橋本市", visit(2)),
            "相談": other,
            "送付状": [["海南市総務課"], ["お世話になっております。"]],
            "空": [],
        },
        hidden="控え",
    )
    assert [(f.sheet, f.severity, f.rule) for f in outcome.findings] == [
        ("控え", "warning", "sheet_not_read"),
        ("相談", "warning", "sheet_not_read"),
        ("送付状", "info", "sheet_not_read"),
    ]
    assert "支援実施記録" in outcome.findings[0].message


def test_hidden_rows_count_or_are_set_aside_as_the_contract_says() -> None:
    rows = (*((*r,) for r in PREAMBLE), tuple(heading()), *(tuple(visit(n)) for n in (1, 2, 3)))
    grid = Grid("報告", rows, unseen=(f"{FIRST}:{FIRST}", "C:C"), filtered=(f"{FIRST + 2}:{FIRST + 2}",))
    found = []
    for counts_hidden in (True, False):
        dataset = replace(all_datasets()[VISITS], counts_hidden=counts_hidden)
        (header,) = find_headers(grid, [dataset])
        context = parsing_context(sample_key(), {})
        table_rows = conform_rows(grid, header, len(rows), {}, Place("f", "visit_log", VISITS), context)
        assert table_rows.rows_in == 3
        found.append([row["visit_id"] for row in table_rows.rows])
    assert found == [["V001", "V002", "V003"], ["V002"]]
    assert [(f.cell, f.rule) for f in table_rows.findings] == [
        (f"{FIRST}:{FIRST}", "hidden_row_left_out"),
        (f"{FIRST + 2}:{FIRST + 2}", "hidden_row_left_out"),
    ]
