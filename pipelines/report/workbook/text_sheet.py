"""The first sheet: what the report says in words, section by section, and where its tables are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.document import (
    Answer,
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Figure,
    Paragraph,
    Report,
    Table,
)
from pipelines.report.marks import SOFT, STRONG, WASH
from pipelines.report.workbook.cells import fit_height, link, put, put_title, set_up_printing
from pipelines.report.workbook.evidence import EVIDENCE_SHEET

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = (9, 30, 18, 62)


def write_text_sheet(
    sheet: Worksheet, report: Report, sheet_names: dict[str, str], anchors: dict[str, int]
) -> None:
    """Write the sheet; every table is named where it stands in the report, with a link."""
    from openpyxl.utils import get_column_letter

    for index, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    put_title(sheet, report, f"{report.title}({report.edition})")
    if report.edition_note:
        put(sheet, 3, 1, Cell(report.edition_note), size=9, color=SOFT, wrap=False)
    writer = _Writer(sheet, sheet_names, anchors)
    for number, section in enumerate(report.sections, start=1):
        writer.heading(f"{number} {section.title}")
        for block in section.blocks:
            writer.block(block)
    set_up_printing(sheet, report)


class _Writer:
    """Writes blocks from top to bottom."""

    def __init__(self, sheet: Worksheet, sheet_names: dict[str, str], anchors: dict[str, int]) -> None:
        self._sheet = sheet
        self._names = sheet_names
        self._anchors = anchors
        self._row = 3

    def heading(self, text: str) -> None:
        self._row += 1
        for column in range(1, len(_WIDTHS) + 1):
            put(self._sheet, self._row, column, Cell(text if column == 1 else ""), bold=True, size=12,
                color=STRONG, fill=WASH, wrap=False)  # fmt: skip
        self._row += 1

    def block(self, block: Block) -> None:
        if isinstance(block, Answer):
            self._text(block.lead, bold=True, size=12)
            self._text(block.because)
        elif isinstance(block, Paragraph):
            self._text(block.text, bold=block.role == "heading")
        elif isinstance(block, Bullets):
            self._text(block.title, bold=True)
            for number, item in enumerate(block.items, start=1):
                self._text(f"{number}. {item}")
        elif isinstance(block, Cards):
            for card in block.cards:
                self._card(card)
        else:
            self._reference(block)

    def _text(self, text: str, *, bold: bool = False, size: int = 10) -> None:
        self._sheet.merge_cells(
            start_row=self._row, start_column=1, end_row=self._row, end_column=len(_WIDTHS)
        )
        put(self._sheet, self._row, 1, Cell(text), bold=bold, size=size)
        fit_height(self._sheet, self._row, [(text, sum(_WIDTHS) * 1.02)], size)
        self._row += 1

    def _card(self, card: Card) -> None:
        put(self._sheet, self._row, 1, Cell(card.kpi_id))
        put(self._sheet, self._row, 2, Cell(card.label))
        put(self._sheet, self._row, 3, Cell(f"{card.value} {card.unit}"), bold=True, size=12, color=STRONG, align="right")  # fmt: skip
        put(self._sheet, self._row, 4, Cell(card.note), color=SOFT, align="left")
        if anchor := self._anchors.get(card.kpi_id):
            link(self._sheet.cell(self._row, 1), EVIDENCE_SHEET, anchor, "証跡へ")
        self._row += 1

    def _reference(self, block: Table | Figure) -> None:
        rows = (block.table if isinstance(block, Figure) else block).rows
        put(self._sheet, self._row, 1, Cell("表へ"))
        put(self._sheet, self._row, 2, Cell(self._names[block.key]), wrap=False)
        put(self._sheet, self._row, 3, Cell("該当なし" if not rows else ""), color=SOFT)
        put(self._sheet, self._row, 4, Cell(block.title), wrap=False)
        link(self._sheet.cell(self._row, 1), self._names[block.key], 1, "表へ")
        self._row += 1
