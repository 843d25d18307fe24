"""The numbers that matter, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.document import Cards
from pipelines.report.word.text import plain

if TYPE_CHECKING:
    from docx.document import Document


def card_row(document: Document, cards: Cards) -> None:
    """One row without borders, a cell per number: name and KPI, value and unit, what to read it with."""
    table = document.add_table(rows=1, cols=len(cards.cards))
    for cell, card in zip(table.rows[0].cells, cards.cards, strict=True):
        name = cell.paragraphs[0]
        name.style = document.styles["数値の名"]
        name.add_run(plain(f"{card.label} {card.kpi_id}"))
        value = cell.add_paragraph(style="数値")
        value.add_run(plain(card.value))
        unit = value.add_run(plain(f" {card.unit}"))
        unit.font.size = document.styles["Heading 2"].font.size
        cell.add_paragraph(plain(card.note), style="数値の名")
    document.add_paragraph(style="表の注")
