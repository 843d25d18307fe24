"""What an xlsb workbook's records say before anyone opens it: extent, hidden rows and columns, errors, filters.

BIFF12 (MS-XLSB): every record is a number and a length of one to four bytes each, then its bytes. A
formula is always stored with a value here, so a formula that was never calculated cannot be told from
one whose result is 0; which cells read another file cannot be told without interpreting formulas, so
only the files are named.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator

from pipelines.ingest.read.container import truncated, unsafe
from pipelines.ingest.read.facts import ERROR_TEXTS, SheetFacts, check_extent, file_names

MAX_SHEET_BYTES = 256 * 2**20
_ROW, _CELL_ERROR, _FORMULA_ERROR = 0, 3, 11
# Cells with a value: constants, formulas, rich text. A blank cell (1) only has a style.
_CELLS = {*range(2, 12), 62}
_COLUMNS, _SHEET, _FILTER, _FILTER_COLUMN, _MERGED = 60, 156, 161, 163, 176
_ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN = 0x10, 0x01
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(Id|Target)="([^"]*)"')


def xlsb_facts(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """The facts by sheet name.

    Raises:
        Refused: a cell farther out than any form has one, or records that end too early.
    """
    names = set(archive.namelist())
    links = sorted(n for n in names if n.startswith("xl/externalLinks/_rels/"))
    files = file_names(t for part in links for t in _relations(archive, part).values())
    facts: dict[str, SheetFacts] = {}
    for name, part in _sheets(archive):
        if part not in names:
            continue
        if archive.getinfo(part).file_size > MAX_SHEET_BYTES:
            raise unsafe("シートが大きすぎます。")
        facts[name] = _scan(archive.read(part))
        facts[name].files = files
    return facts


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every record.

    Raises:
        Refused: the last record is not whole.
    """
    position, end = 0, len(data)
    try:
        while position < end:
            number = data[position]
            position += 1
            if number & 0x80:
                number = (number & 0x7F) | (data[position] & 0x7F) << 7
                position += 1
            size = shift = 0
            while True:
                byte = data[position]
                position += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 or shift == 28:
                    break
            if position + size > end:
                raise truncated()
            yield number, data[position : position + size]
            position += size
    except IndexError:
        raise truncated() from None


def _scan(data: bytes) -> SheetFacts:
    facts = SheetFacts()
    row, filtered = 0, (0, 0)
    try:
        for number, body in records(data):
            if number in _CELLS:
                column = int.from_bytes(body[:4], "little") + 1
                check_extent(row, column)
                if number in (_CELL_ERROR, _FORMULA_ERROR):
                    facts.unvalued[row, column] = ERROR_TEXTS.get(body[8], "#ERROR")
            elif number == _ROW:
                row = int.from_bytes(body[:4], "little") + 1
                if body[11] & _ROW_IS_HIDDEN:
                    facts.rows.add(row)
            elif number == _FILTER:
                filtered = _rows_of(body)
            elif number == _FILTER_COLUMN:
                facts.filters.append(filtered)
            else:
                _look_at(number, body, facts)
    except (IndexError, struct.error):
        raise truncated() from None
    return facts


def _rows_of(body: bytes) -> tuple[int, int]:
    top, bottom = struct.unpack_from("<II", body)
    return top + 1, bottom + 1


def _look_at(number: int, body: bytes, facts: SheetFacts) -> None:
    """Records outside the cells."""
    if number == _COLUMNS:
        first, last, _, _, flags = struct.unpack_from("<IIIIH", body)
        if flags & _COLUMN_IS_HIDDEN:
            facts.hide_columns(first + 1, last + 1)
    elif number == _MERGED:
        top, bottom, left, right = struct.unpack_from("<IIII", body)
        facts.merged.append((top + 1, left + 1, bottom + 1, right + 1))


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of every sheet."""
    try:
        workbook = archive.read("xl/workbook.bin")
        relations = _relations(archive, "xl/_rels/workbook.bin.rels")
    except KeyError:
        return
    for number, body in records(workbook):
        if number == _SHEET:
            relation, rest = _text(body[8:])
            name, _ = _text(rest)
            target = relations.get(relation, "")
            yield name, posixpath.normpath(posixpath.join("/xl", target))[1:]


def _text(body: bytes) -> tuple[str, bytes]:
    """A counted string, and what follows it."""
    length = int.from_bytes(body[:4], "little")
    length = 0 if length == 0xFFFFFFFF else length * 2
    return body[4 : 4 + length].decode("utf-16-le", "replace"), body[4 + length :]


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    found = {}
    for element in _RELATION.findall(archive.read(part)):
        attributes = {name: value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(element)}
        found[attributes.get(b"Id", "")] = attributes.get(b"Target", "")
    return found
