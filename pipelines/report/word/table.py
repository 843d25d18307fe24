"""Tables: a heading row that repeats on every page, rows that are never torn, marks as shading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from pipelines.report.document import Cell, Column, Table
from pipelines.report.marks import BOLD, FILLS, RULE, STRONG, WASH
from pipelines.report.word.text import escaped, plain

if TYPE_CHECKING:
    from docx.document import Document

_HALF_POINTS = 15
# A digit of the widest fallback font is 0.64 of its height; the margins of a cell are 40 twips each.
_NARROW, _TWIPS_OF_MARGINS = 0.64, 100
_WORDS_KEEP = 0.6
_ALIGN = {"left": "left", "right": "right", "center": "center"}


def add_note(document: Document, note: str) -> None:
    """What a table or figure must be read with; nothing where there is no note."""
    if note:
        document.add_paragraph(plain(note), style="表の注")


def data_table(document: Document, table: Table, *, note: str) -> None:
    """The table, or why it has no rows, and its note.

    Written as XML in one piece: the library looks every cell up anew, which takes minutes for long tables.
    """
    from docx.oxml.parser import parse_xml

    from pipelines.report.word.page import TEXT_WIDTH_MM

    if not table.rows:
        document.add_paragraph(plain(table.empty_reason), style="Body Text")
        return
    widths = widths_of(table, TEXT_WIDTH_MM / 25.4 * 1440)
    body = "".join(_body(table, widths))
    document.element.body.insert_element_before(
        parse_xml(_table(widths, _head(table.columns, widths) + body)), "w:sectPr"
    )
    if note:
        add_note(document, note)
    else:
        # Two tables without anything between them would become one.
        document.add_paragraph(style="表の注")


def widths_of(table: Table, whole: float) -> list[int]:
    """Widths of the columns in twips: as asked for, but no number is torn where words elsewhere can give way.

    Measured for the widest letters that an office program may put in place of the font it has not got.
    """
    total = sum(column.width for column in table.columns)
    asked = [whole * column.width / total for column in table.columns]
    least = [_least(table, n, has) for n, has in enumerate(asked)]
    missing = sum(max(0.0, need - has) for need, has in zip(least, asked, strict=True))
    room = sum(max(0.0, has - need) for need, has in zip(least, asked, strict=True))
    share = min(1.0, missing / room) if room else 0.0
    gained = min(1.0, room / missing) if missing else 0.0
    return [
        round(has + (need - has) * (gained if need > has else share))
        for need, has in zip(least, asked, strict=True)
    ]


def _least(table: Table, position: int, asked: float) -> float:
    """What a column cannot do without: numbers, short texts and runs of Latin letters whole; other words may wrap."""
    texts = [row[position].text for row in table.rows]
    longest = max((_twips(text) for text in texts), default=0.0) + _TWIPS_OF_MARGINS
    if table.columns[position].align == "right" or longest <= asked:
        return longest
    runs = [run for text in texts for run in re.findall(r"[!-~]+", text)]
    return max(asked * _WORDS_KEEP, max(map(_twips, runs), default=0.0) + _TWIPS_OF_MARGINS)


def _twips(text: str) -> float:
    letters = sum(1.0 if east_asian_width(letter) in "WFA" else _NARROW for letter in text)
    return letters * _HALF_POINTS / 2 * 20


def _table(widths: list[int], rows: str) -> str:
    from docx.oxml.ns import nsdecls

    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders><w:top w:val="single" w:sz="8" w:color="{STRONG}"/><w:bottom w:val="single" w:sz="4" w:color="{RULE}"/>'
        f'<w:insideH w:val="single" w:sz="2" w:color="{RULE}"/></w:tblBorders>'
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _head(columns: tuple[Column, ...], widths: list[int]) -> str:
    cells = "".join(
        _cell(column.label, width, column.align, fill=WASH, is_bold=True)
        for column, width in zip(columns, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _body(table: Table, widths: list[int]) -> list[str]:
    rows, group = [], None
    for position, row in enumerate(table.rows):
        if table.groups and table.groups[position] != group:
            group = table.groups[position]
            span = f'<w:gridSpan w:val="{len(widths)}"/>'
            cell = _cell(group, sum(widths), "left", fill=WASH, is_bold=True, ink=STRONG, more=span)
            rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell}</w:tr>")
        cells = "".join(
            _marked(cell, width, column.align)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        )
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    return rows


def _marked(cell: Cell, width: int, align: str) -> str:
    fill, ink = FILLS.get(cell.mark, (None, "000000"))
    return _cell(cell.text, width, align, fill=fill, ink=ink, is_bold=cell.mark in BOLD)


def _cell(
    text: str,
    width: int,
    align: str,
    *,
    fill: str | None = None,
    ink: str = "000000",
    is_bold: bool = False,
    more: str = "",
) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    look = f'{"<w:b/>" if is_bold else ""}<w:color w:val="{ink}"/><w:sz w:val="{_HALF_POINTS}"/><w:szCs w:val="{_HALF_POINTS}"/>'
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{more}{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/><w:jc w:val="{_ALIGN[align]}"/></w:pPr>'
        f"<w:r><w:rPr>{look}</w:rPr>{_lines(text)}</w:r></w:p></w:tc>"
    )


def _lines(text: str) -> str:
    return "<w:br/>".join(f'<w:t xml:space="preserve">{escaped(line)}</w:t>' for line in text.split("\n"))
