"""The sheets beside the form: 記入例, 記入要領 and コード表. The reader leaves them out by their seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.ingest.conform.side_sheets import seal_text
from pipelines.report.form.lists import HEADING_ROW as LIST_HEADING_ROW
from pipelines.report.form.lists import LIST_SHEET, lists_of
from pipelines.report.form.looks import protect, row_height, set_up_page, write
from pipelines.report.form.plan import FormPlan
from pipelines.report.form.table_sheet import write_example
from pipelines.report.form.wording import content, example, requirement, way
from pipelines.report.marks import SOFT, STRONG, WASH

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

EXAMPLE_SHEET, GUIDE_SHEET = "記入例", "記入要領"
_GUIDE = (("欄", 24.0), ("必須・任意", 11.0), ("記入する内容", 46.0), ("書き方", 40.0), ("正しい例", 30.0))
_LISTS = (("一覧", 34.0), ("記入する言葉", 34.0), ("コード", 28.0))
_RULES = (
    "見出しの言葉は変えず、列を足さないでください。行はいくらでも増やせます。",
    "1つのセルには1つのことだけを書き、セルの結合、行や列の非表示、計算式は使わないでください。",
    "わからない欄や該当しない欄は空欄にします。「-」「未定」「同上」は書きません。",
    "記入のあとは、このExcelファイルのまま県に送ってください。",
)
_RULE_ROW = 3


def add_side_sheets(book: Workbook, plan: FormPlan) -> None:
    """Add the three sheets; without lists to choose from, only the first two."""
    sheet = book.create_sheet(EXAMPLE_SHEET)
    write_example(sheet, plan)
    write(sheet, 1, 1, f"記入例 ― {plan.dataset.label}", size=14, bold=True, color=STRONG)
    _seal(sheet)
    _write_guide(book.create_sheet(GUIDE_SHEET), plan)
    if lists_of(plan):
        _write_lists(book.create_sheet(LIST_SHEET), plan)


def _write_guide(sheet: Worksheet, plan: FormPlan) -> None:
    _write_title(sheet, f"記入要領 ― {plan.dataset.label}", _GUIDE)
    for row, text in enumerate((f"{plan.dataset.description}。", *_RULES), start=_RULE_ROW):
        write(sheet, row, 1, text)
    year = plan.prefill.fiscal_year
    rows = [
        (plan.heading(f), requirement(f), content(f), way(f), example(f, year)) for f in plan.dataset.fields
    ]
    _write_table(sheet, _RULE_ROW + len(_RULES) + 2, _GUIDE, rows)
    _finish(sheet, plan, _RULE_ROW + len(_RULES) + 2)


def _write_lists(sheet: Worksheet, plan: FormPlan) -> None:
    _write_title(sheet, f"{LIST_SHEET} ― {plan.dataset.label}", _LISTS)
    rows = [(found.title, word, code) for found in lists_of(plan).values() for word, code in found.words]
    _write_table(sheet, LIST_HEADING_ROW, _LISTS, rows)
    _finish(sheet, plan, LIST_HEADING_ROW)


def _write_title(sheet: Worksheet, title: str, columns: Sequence[tuple[str, float]]) -> None:
    from openpyxl.utils import get_column_letter

    write(sheet, 1, 1, title, size=14, bold=True, color=STRONG)
    sheet.row_dimensions[1].height = 26
    for column, (_, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _write_table(
    sheet: Worksheet, heading_row: int, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]]
) -> None:
    for column, (text, _) in enumerate(columns, start=1):
        write(sheet, heading_row, column, text, bold=True, fill=WASH)
    for row, texts in enumerate(rows, start=heading_row + 1):
        for column, text in enumerate(texts, start=1):
            write(sheet, row, column, text, wrap=True, fill="FFFFFF")
        row_height(sheet, row, [(t, w) for t, (_, w) in zip(texts, columns, strict=True)])


def _finish(sheet: Worksheet, plan: FormPlan, heading_row: int) -> None:
    set_up_page(sheet, f"{plan.dataset.label} {plan.version} {plan.dataset.name}", heading_row)
    _seal(sheet)
    protect(sheet, is_input=False)


def _seal(sheet: Worksheet) -> None:
    """Last of all: the seal speaks for every other cell of the sheet."""
    cells: Iterator[Any] = (cell for row in sheet.iter_rows() for cell in row)
    filled = [(cell.row, cell.column, cell.value) for cell in cells if cell.value is not None]
    write(sheet, 2, 1, seal_text(filled), size=9, color=SOFT)
