"""The report as an Excel workbook, made to be worked with: one table a sheet, numbers as numbers.

The first sheet says what the report says in words and lists the tables; charts are native, over the
cells beside them; 証跡 holds the rows behind each KPI, linked from wherever a KPI stands; the last sheet is every
number once more, as one list for programs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.report.document import Figure, Report, Section, Table
from pipelines.report.workbook.archive import save_reproducibly
from pipelines.report.workbook.evidence import EVIDENCE_SHEET, write_evidence
from pipelines.report.workbook.figures_sheet import add_figures_sheet
from pipelines.report.workbook.table_sheet import write_table_sheet
from pipelines.report.workbook.text_sheet import write_text_sheet

if TYPE_CHECKING:
    from openpyxl import Workbook

TEXT_SHEET = "本文と目次"


def write_workbook(report: Report, path: Path) -> Path:
    """Write the workbook. The same report gives the same bytes."""
    import openpyxl

    book = openpyxl.Workbook()
    text = book.active
    assert text is not None
    text.title = TEXT_SHEET
    tables = _table_sheets(book, report)
    anchors = write_evidence(book.create_sheet(EVIDENCE_SHEET), report)
    for name, (section, block) in tables.items():
        write_table_sheet(book[name], report, section, block, anchors)
    write_text_sheet(text, report, {block.key: name for name, (_, block) in tables.items()}, anchors)
    add_figures_sheet(book, report)
    book.properties.creator = report.area
    book.properties.title = f"{report.title}({report.edition})"
    save_reproducibly(book, path)
    return path


def _table_sheets(book: Workbook, report: Report) -> dict[str, tuple[Section, Table | Figure]]:
    """A sheet for each table and figure, in the order of the report; what is shown twice has one."""
    sheets: dict[str, tuple[Section, Table | Figure]] = {}
    seen: set[str] = set()
    for number, section in enumerate(report.sections, start=1):
        blocks = [b for b in section.blocks if isinstance(b, Table | Figure) and b.key not in seen]
        for position, block in enumerate(blocks, start=1):
            seen.add(block.key)
            name = f"{number}-{position} {_short(block.title)}"
            book.create_sheet(name)
            sheets[name] = (section, block)
    return sheets


def _short(title: str) -> str:
    """A title as the name of a sheet: no brackets, none of the signs that Excel forbids."""
    return re.sub(r"[\[\]:*?/\\]", " ", re.split(r"[:(]", title)[0])[:24]
