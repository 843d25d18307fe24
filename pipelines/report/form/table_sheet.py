"""The form itself, and the same once more with an example row: one table a sheet, one datum a cell."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from pipelines.ingest.contracts import Field, code_books
from pipelines.report.form.lists import list_name
from pipelines.report.form.looks import (
    dress_input,
    protect,
    row_height,
    set_up_page,
    unlock_column,
    write,
    write_heading,
    write_requirement,
)
from pipelines.report.form.plan import DRAWN_ROWS, LAST_ROW, FormPlan
from pipelines.report.form.rules import number_format, validation
from pipelines.report.form.wording import example, requirement
from pipelines.report.marks import SOFT, STRONG
from pipelines.report.spreadsheet_text import width_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_INSTRUCTION = (
    "見出しは変えずに、1件を1行で記入してください。書き方は「記入要領」、例は「記入例」のシートにあります。"
)
_LABEL_COLUMN, _VALUE_COLUMN = 2, 3
_NARROWEST, _WIDEST = 8.0, 32.0
_FIRST_COLUMN = 11.0
_ONE_LINE = 21
# Texts wrap, so that a form of twenty columns can still be read when printed.
_TEXT_WIDTHS = (12.0, 20.0)
_TEXTS = ("text", "person")
_BEYOND = 16_384


def write_input_sheet(sheet: Worksheet, plan: FormPlan, ranges: dict[str, str]) -> None:
    """The sheet to fill in."""
    widths = _widths(plan)
    _write_frame(sheet, plan, widths)
    write(sheet, 2, 1, _INSTRUCTION, size=9, color=SOFT)
    year = plan.prefill.fiscal_year
    for row, field in plan.preamble_rows():
        cell = sheet.cell(row, _VALUE_COLUMN)
        dress_input(cell, number_format(field), wrap=False)
        cell.value = plan.prefilled(field)
        _add_rule(sheet, field, cell.coordinate, cell.coordinate, ranges, year)
    for column, field in enumerate(plan.dataset.columns, start=1):
        form, wrap = number_format(field), field.parser in _TEXTS
        unlock_column(sheet, column, widths[column - 1], form, wrap=wrap)
        for row in range(plan.first_row, plan.first_row + DRAWN_ROWS):
            dress_input(sheet.cell(row, column), form, wrap=wrap)
        first = sheet.cell(plan.first_row, column).coordinate
        last = first.removesuffix(str(plan.first_row)) + str(LAST_ROW)
        _add_rule(sheet, field, first, f"{first}:{last}", ranges, year)
    _unlock_beyond(sheet, widths)
    protect(sheet, is_input=True)


def write_example(sheet: Worksheet, plan: FormPlan) -> None:
    """The form with one row filled in."""
    from openpyxl.utils import get_column_letter

    widths = _widths(plan)
    _write_frame(sheet, plan, widths)
    year = plan.prefill.fiscal_year
    for row, field in plan.preamble_rows():
        _write_example(sheet, row, _VALUE_COLUMN, field, year)
    for column, field in enumerate(plan.dataset.columns, start=1):
        _write_example(sheet, plan.first_row, column, field, year)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    texts = [(example(f, year), w) for f, w in zip(plan.dataset.columns, widths, strict=False)]
    row_height(sheet, plan.first_row, texts)
    protect(sheet, is_input=False)


def example_value(field: Field, fiscal_year: int) -> str | int | float:
    """The example as it is typed: a number as a number, everything else as text."""
    text = example(field, fiscal_year)
    if field.parser in ("integer", "money", "decimal", "score"):
        number = float(text.replace(",", ""))
        return int(number) if number.is_integer() else number
    return text


def _write_frame(sheet: Worksheet, plan: FormPlan, widths: list[float]) -> None:
    write(sheet, 1, 1, plan.dataset.label, size=14, bold=True, color=STRONG)
    sheet.row_dimensions[1].height = 26
    # A row each: three cells in a row above the heading could be a row of data that went astray.
    for row, texts in ((3, ("様式の版", plan.version)), (4, ("様式番号", plan.dataset.name))):
        for column, text in enumerate(texts, start=1):
            write(sheet, row, column, text, size=9, color=SOFT)
    for row, field in plan.preamble_rows():
        is_required = field.is_required
        write_requirement(sheet, row, 1, requirement(field), is_required=is_required)
        write_heading(sheet, row, _LABEL_COLUMN, plan.heading(field), is_required=is_required)
        sheet.row_dimensions[row].height = 20
    headings = []
    for column, field in enumerate(plan.dataset.columns, start=1):
        is_required = field.is_required
        write_requirement(sheet, plan.requirement_row, column, requirement(field), is_required=is_required)
        write_heading(sheet, plan.heading_row, column, plan.heading(field), is_required=is_required)
        headings.append((plan.heading(field), widths[column - 1]))
    sheet.row_dimensions[plan.requirement_row - 1].height = 6
    sheet.row_dimensions[plan.requirement_row + 1].height = 3
    row_height(sheet, plan.heading_row, headings, least=2)
    set_up_page(sheet, f"{plan.dataset.label} {plan.version} {plan.dataset.name}", plan.heading_row)


def _write_example(sheet: Worksheet, row: int, column: int, field: Field, fiscal_year: int) -> None:
    value = example_value(field, fiscal_year)
    cell: Any = write(sheet, row, column, value, wrap=field.parser in _TEXTS, fill="FFFFFF")
    cell.number_format = number_format(field) if not isinstance(value, str) else "@"


def _add_rule(
    sheet: Worksheet, field: Field, first: str, where: str, ranges: dict[str, str], fiscal_year: int
) -> None:
    rule = validation(field, first, ranges, fiscal_year)
    rule.add(where)
    sheet.add_data_validation(rule)


def _unlock_beyond(sheet: Worksheet, widths: list[float]) -> None:
    """Rows can be removed only where all of their cells may be changed, out to the sheet's edge."""
    from openpyxl.utils import get_column_letter

    beyond = len(widths) + 1
    unlock_column(sheet, beyond, 9, "General", wrap=False)
    dimension = sheet.column_dimensions[get_column_letter(beyond)]
    dimension.min, dimension.max = beyond, _BEYOND


def _widths(plan: FormPlan) -> list[float]:
    """A width for each column, and for those that only what stands above the table needs."""
    year = plan.prefill.fiscal_year
    widths = [_width(plan, field, year) for field in plan.dataset.columns]
    above = plan.dataset.preamble
    least = [
        _FIRST_COLUMN,
        max([_NARROWEST, *(width_of(plan.heading(f)) + 4 for f in above)]),
        max([_NARROWEST, *(_content_width(f, year) for f in above)]),
    ]
    widths += [0.0] * (len(least) - len(widths))
    return [max(width, *least[i : i + 1], _NARROWEST) for i, width in enumerate(widths)]


def _width(plan: FormPlan, field: Field, fiscal_year: int) -> float:
    # Only a long heading takes two lines: a short one would break before its last bracket.
    whole = width_of(plan.heading(field)) + 3
    heading = whole if whole <= _ONE_LINE else ceil(whole / 2) + 3
    needed = _content_width(field, fiscal_year)
    if field.parser in _TEXTS:
        needed = min(max(needed, _TEXT_WIDTHS[0]), _TEXT_WIDTHS[1])
    return float(min(max(heading, needed, _NARROWEST), _WIDEST))


def _content_width(field: Field, fiscal_year: int) -> float:
    words = [example(field, fiscal_year)]
    if field.codebook and list_name(field):
        words += [texts[0] for texts in code_books()[field.codebook].values()]
    if field.parser == "month":
        words.append("令和8年(2026年)12月")
    # Room for the arrow of the drop-down.
    return min(max(width_of(word) for word in words) + 3.0, _WIDEST)
