"""A form keeps the ministry's rules for machine-readable tables, and helps whoever fills it in.

統計表における機械判読可能なデータの表記方法の統一ルール (2020-12): what we demand of others we do ourselves.
"""

from __future__ import annotations

import unicodedata
import zipfile
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from pipelines.ingest.contracts import all_datasets, code_books
from pipelines.ingest.municipalities import municipalities
from pipelines.report.form import form_bytes
from pipelines.report.form.lists import LIST_SHEET, list_name
from pipelines.report.form.plan import LAST_ROW, FormPlan
from pipelines.report.form.rules import number_format
from pipelines.report.form.wording import OPTIONAL, REQUIRED
from pipelines.report.spreadsheet_text import width_of
from tests.unit.report.form_filling import plan_of

TABLES = sorted(name for name, d in all_datasets().items() if d.kind == "table")
PLANS = {name: plan_of(all_datasets()[name]) for name in TABLES}
each_form = pytest.mark.parametrize("name", TABLES)
# Rows 13, 89 to 92 and 115 to 119 of the Windows code page: they differ from machine to machine.
VENDOR_LEADS = {0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC}


@cache
def bytes_of(name: str) -> bytes:
    return form_bytes(PLANS[name])


@cache
def book_of(name: str) -> Any:
    """Read by every test, changed by none."""
    return openpyxl.load_workbook(BytesIO(bytes_of(name)))


def texts(book: Any) -> list[tuple[str, str, str]]:
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]


def is_vendor(character: str) -> bool:
    try:
        return character.encode("cp932")[0] in VENDOR_LEADS
    except UnicodeEncodeError:
        return True


def rules_of(sheet: Any) -> dict[str, Any]:
    """The validation of each place, by its first cell."""
    return {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}


def cell_of(plan: FormPlan, field: Any) -> str:
    above = {f.name: row for row, f in plan.preamble_rows()}
    if field.name in above:
        return f"C{above[field.name]}"
    column = [f.name for f in plan.dataset.columns].index(field.name) + 1
    return openpyxl.utils.get_column_letter(column) + str(plan.first_row)


@each_form
def test_no_cell_is_merged_and_nothing_is_hidden(name: str) -> None:
    for sheet in book_of(name):
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert not any(d.hidden for d in sheet.row_dimensions.values())
        assert not any(d.hidden for d in sheet.column_dimensions.values())


@each_form
def test_there_is_no_object_no_formula_and_no_comment(name: str) -> None:
    parts = zipfile.ZipFile(BytesIO(bytes_of(name))).namelist()
    assert not [p for p in parts if any(word in p for word in ("drawing", "media", "comment", "embed"))]
    for sheet in book_of(name):
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


@each_form
def test_no_text_is_laid_out_by_spaces_or_line_breaks(name: str) -> None:
    for sheet, cell, text in texts(book_of(name)):
        assert text == text.strip(), (sheet, cell)
        assert "\n" not in text, (sheet, cell)
        assert "  " not in text, (sheet, cell)
        assert "　" not in text, (sheet, cell)


@each_form
def test_no_character_depends_on_the_machine_except_in_names_that_the_code_books_give(name: str) -> None:
    given = {t for codes in code_books().values() for words in codes.values() for t in words}
    given |= {f.example for f in all_datasets()[name].fields}
    for sheet, cell, text in texts(book_of(name)):
        if text not in given:
            assert not [c for c in text if is_vendor(c)], (sheet, cell, text)


@each_form
def test_numbers_are_numbers_and_units_stand_in_the_heading(name: str) -> None:
    plan, book = PLANS[name], book_of(name)
    headings = [c.value for c in book.worksheets[0][plan.heading_row]]
    for column, field in enumerate(plan.dataset.columns, start=1):
        assert not field.unit or f"({field.unit})" in headings[column - 1]
        example = book["記入例"].cell(plan.first_row, column).value
        if field.parser in ("integer", "money", "decimal", "score"):
            assert isinstance(example, int | float)


@each_form
def test_each_sheet_has_one_table_whose_heading_has_no_gap_and_no_repetition(name: str) -> None:
    plan, book = PLANS[name], book_of(name)
    headings = [c.value for c in book.worksheets[0][plan.heading_row]]
    headings = headings[: len(plan.dataset.columns)]
    assert all(headings)
    assert len(set(headings)) == len(headings)
    assert headings == [plan.heading(f) for f in plan.dataset.columns]


@each_form
def test_required_columns_carry_a_word(name: str) -> None:
    plan = PLANS[name]
    sheet = book_of(name).worksheets[0]
    for column, field in enumerate(plan.dataset.columns, start=1):
        word = REQUIRED if field.is_required else OPTIONAL
        assert sheet.cell(plan.requirement_row, column).value == word
    for row, field in plan.preamble_rows():
        assert sheet.cell(row, 1).value == (REQUIRED if field.is_required else OPTIONAL)
        assert sheet.cell(row, 2).value == plan.heading(field)


@each_form
def test_headings_are_protected_and_what_is_filled_in_is_not(name: str) -> None:
    plan = PLANS[name]
    sheet = book_of(name).worksheets[0]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert not sheet.protection.insertRows
    assert not sheet.protection.deleteRows
    for column in range(1, len(plan.dataset.columns) + 1):
        assert sheet.cell(plan.heading_row, column).protection.locked
        assert not sheet.cell(plan.first_row, column).protection.locked
    for row, _ in plan.preamble_rows():
        assert sheet.cell(row, 2).protection.locked
        assert not sheet.cell(row, 3).protection.locked
    assert all(d.protection.locked is False for d in sheet.column_dimensions.values())
    assert max(d.max for d in sheet.column_dimensions.values()) == 16_384


@each_form
def test_every_field_has_a_rule_or_a_message_for_every_row(name: str) -> None:
    plan = PLANS[name]
    rules = rules_of(book_of(name).worksheets[0])
    for field in plan.dataset.fields:
        rule = rules[cell_of(plan, field)]
        assert rule.showInputMessage
        assert rule.prompt.startswith(f"【{REQUIRED if field.is_required else OPTIONAL}】")
        assert "例: " in rule.prompt
        assert len(rule.prompt) <= 255
        assert len(rule.promptTitle) <= 32
        assert len(rule.error or "") <= 225
        assert len(rule.formula1 or "") <= 255
        if not field.is_preamble:
            assert range_boundaries(str(rule.sqref))[3] == LAST_ROW


@each_form
def test_a_drop_down_offers_exactly_the_words_of_its_list(name: str) -> None:
    plan, book = PLANS[name], book_of(name)
    rules = rules_of(book.worksheets[0])
    for field in plan.dataset.fields:
        rule = rules[cell_of(plan, field)]
        assert (rule.type == "list") == bool(list_name(field) and field.parser != "area_code")
        if rule.type != "list":
            continue
        sheet, cells = rule.formula1.split("!")
        assert sheet == f"'{LIST_SHEET}'"
        offered = [cell.value for (cell,) in book[LIST_SHEET][cells.replace("$", "")]]
        if field.codebook:
            assert offered == [words[0] for words in code_books()[field.codebook].values()]
        elif field.parser == "municipality":
            assert offered == [m.name for m in municipalities().values()]
        else:
            assert "令和8年度(2026年度)" in offered


@each_form
def test_a_score_has_its_scale_and_a_whole_number_no_fraction(name: str) -> None:
    plan = PLANS[name]
    rules = rules_of(book_of(name).worksheets[0])
    for field in plan.dataset.fields:
        rule = rules[cell_of(plan, field)]
        if field.parser == "score":
            assert (rule.type, rule.formula1, rule.formula2) == ("whole", "0", "4")
        if field.parser == "integer":
            assert rule.type == "whole"
        assert rule.errorStyle == ("warning" if field.parser in ("date", "month") else rule.errorStyle)


@each_form
def test_codes_and_numbers_that_are_names_stay_text(name: str) -> None:
    """1-1 would become 1 January, 012025 would lose its zero, 13 digits would become 4E+12."""
    for field in PLANS[name].dataset.fields:
        if field.parser in ("text", "place_name", "area_code", "corporate_number", "category"):
            assert number_format(field) == "@"


@each_form
def test_nothing_is_cut_off(name: str) -> None:
    """A heading and an example fit into their cells, in as many lines as the row has room for."""
    book = book_of(name)
    for sheet, row in (
        (book.worksheets[0], PLANS[name].heading_row),
        (book["記入例"], PLANS[name].heading_row),
        (book["記入例"], PLANS[name].first_row),
    ):
        lines = int((sheet.row_dimensions[row].height or 18) // 18)
        for cell in sheet[row]:
            if cell.value is not None:
                width = sheet.column_dimensions[cell.column_letter].width
                assert width_of(str(cell.value)) <= lines * (width - 1), (sheet.title, cell.coordinate)


@each_form
def test_it_is_set_up_for_a4_landscape_with_its_heading_in_sight(name: str) -> None:
    for sheet in book_of(name):
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.freeze_panes
    sheet = book_of(name).worksheets[0]
    assert sheet.freeze_panes == f"A{PLANS[name].first_row}"
    assert sheet.print_title_rows == f"${PLANS[name].heading_row}:${PLANS[name].heading_row}"


@each_form
def test_every_font_has_japanese_letters_on_every_machine(name: str) -> None:
    fonts = {
        cell.font.name for sheet in book_of(name) for row in sheet.iter_rows() for cell in row if cell.value
    }
    assert fonts == {"Meiryo"}


def test_a_character_of_one_vendor_would_be_seen() -> None:
    assert is_vendor("①")
    assert is_vendor("㈱")
    assert not any(is_vendor(c) for c in unicodedata.normalize("NFKC", "和歌山県○×"))
