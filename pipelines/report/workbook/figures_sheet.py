"""Every number of the report in one list that programs read: one heading row, one number a row, nothing merged.

After 「統計表における機械判読可能なデータの表記方法の統一ルール」(総務省, 2020): a number is a number and carries no
sign or unit, each row repeats what it belongs to, an empty value is an empty cell with its reason beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.report.document import Figure, Report, Table
from pipelines.report.workbook.cells import put_footer
from pipelines.report.workbook.list_sheet import add_list_sheet

if TYPE_CHECKING:
    from openpyxl import Workbook

FIGURES_SHEET = "数値データ"
_HEADINGS = (
    "章番号",
    "章",
    "表",
    "行番号",
    "区分",
    "行の見出し",
    "列の見出し",
    "数値",
    "印刷した形",
    "データの区分",
)
_Row = tuple[int, str, str, int, str | None, str, str, int | Decimal | None, str, str]


def add_figures_sheet(book: Workbook, report: Report) -> None:
    """Append the list of all numbers, in the order of the report; what is shown twice is there once."""
    add_list_sheet(book, FIGURES_SHEET, _HEADINGS, _rows(report))
    put_footer(book[FIGURES_SHEET], report)


def _rows(report: Report) -> Iterator[_Row]:
    data = "架空データ" if report.is_sample else "実データ"
    seen: set[str] = set()
    for number, section in enumerate(report.sections, start=1):
        for block in section.blocks:
            if not isinstance(block, Table | Figure) or block.key in seen:
                continue
            seen.add(block.key)
            table = block.table if isinstance(block, Figure) else block
            for position, row in enumerate(table.rows, start=1):
                group = table.groups[position - 1] if table.groups else None
                name = _name_of(table, position - 1)
                for column, cell in zip(table.columns, row, strict=True):
                    if cell.number is not None:
                        yield (
                            number, section.title, block.title, position, group, name, column.label,
                            cell.number, cell.text, data,
                        )  # fmt: skip


def _name_of(table: Table, index: int) -> str:
    """What a row is about: its texts up to the first number."""
    texts = []
    for cell in table.rows[index]:
        if cell.number is not None:
            break
        texts.append(cell.text)
    return " ".join(texts)
