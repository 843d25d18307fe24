"""What an xls workbook's records say: hidden rows and columns, errors, filters, links to other files.

BIFF8 (MS-XLS) in the stream "Workbook", BIFF5 in "Book": every record is a number and a length of two
bytes each, then its bytes. A formula is always stored with a value here, so a formula that was never
calculated cannot be told from one whose result is 0; which cells read another file cannot be told
without interpreting formulas, so only the files are named. A sheet has at most 65,536 rows and 256
columns, so no cell is too far out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.read.container import encrypted, truncated, unsafe
from pipelines.ingest.read.facts import ERROR_TEXTS, SheetFacts, file_names
from pipelines.ingest.read.ole import CompoundFile

MAX_FILE_BYTES = 256 * 2**20
_BOF, _EOF, _FILEPASS, _SHEET, _NAME, _SUPBOOK = 0x0809, 0x000A, 0x002F, 0x0085, 0x0018, 0x01AE
_ROW, _COLUMNS, _ERROR, _FORMULA, _FILTER_MODE, _FORMULA_OLD = 0x0208, 0x007D, 0x0205, 0x0006, 0x009B, 0x0406
_ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN, _IS_BUILT_IN = 0x20, 0x01, 0x20
_FILTER_DATABASE, _AREA = 0x0D, 0x3B
_BIFF8, _UNKNOWN_ROWS = 0x0600, (1, 65_536)


def xls_facts(path: Path) -> dict[str, SheetFacts]:
    """The facts by sheet name; empty when the container holds no workbook stream.

    Raises:
        Refused: password-protected, too large, or a container that ends too early.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise unsafe("ファイルが大きすぎます。")
    file = CompoundFile(path.read_bytes())
    if "encryptedpackage" in file.names():
        raise encrypted()
    return _Scan(file.stream("workbook") or file.stream("book")).facts


def _records(data: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Records from a position to the end of its substream; a stream cut short simply ends."""
    depth = 0
    while position + 4 <= len(data):
        number, size = struct.unpack_from("<HH", data, position)
        yield number, data[position + 4 : position + 4 + size]
        # A chart inside a sheet is a substream of its own.
        depth += (number == _BOF) - (number == _EOF)
        if depth <= 0:
            return
        position += 4 + size


class _Scan:
    """The globals, then every sheet they name."""

    def __init__(self, data: bytes) -> None:
        self.facts: dict[str, SheetFacts] = {}
        self._is_biff8 = len(data) > 6 and struct.unpack_from("<H", data, 4)[0] >= _BIFF8
        sheets: list[tuple[str, int]] = []
        filters: dict[int, tuple[int, int]] = {}
        links: list[str] = []
        try:
            for number, body in _records(data, 0):
                if number == _FILEPASS:
                    raise encrypted()
                if number == _SHEET:
                    sheets.append((self._sheet_name(body), struct.unpack_from("<I", body)[0]))
                elif number == _NAME and self._is_biff8:
                    filters |= _filter_range(body)
                elif number == _SUPBOOK and self._is_biff8:
                    links += _other_file(body)
            files = file_names(links)
            for index, (name, start) in enumerate(sheets, start=1):
                self.facts[name] = _sheet_facts(data, start, filters.get(index, _UNKNOWN_ROWS))
                self.facts[name].files = files
        except (struct.error, IndexError):
            raise truncated() from None

    def _sheet_name(self, body: bytes) -> str:
        length, text = body[6], body[7:]
        if not self._is_biff8:
            return text[:length].decode("cp932", "replace")
        return _text(text[0], text[1:], length)


def _text(flags: int, text: bytes, length: int) -> str:
    return text[: 2 * length].decode("utf-16-le", "replace") if flags & 1 else text[:length].decode("latin-1")


def _sheet_facts(data: bytes, start: int, filtered: tuple[int, int]) -> SheetFacts:
    facts = SheetFacts()
    for number, body in _records(data, start):
        if number == _ROW:
            if body[12] & _ROW_IS_HIDDEN:
                facts.rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif number == _COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<5H", body)
            if flags & _COLUMN_IS_HIDDEN:
                facts.hide_columns(first + 1, last + 1)
        elif number == _FILTER_MODE:
            facts.filters.append(filtered)
        else:
            _look_at_cell(number, body, facts)
    return facts


def _look_at_cell(number: int, body: bytes, facts: SheetFacts) -> None:
    if number == _ERROR and body[7]:
        code = body[6]
    elif number in (_FORMULA, _FORMULA_OLD) and body[12:14] == b"\xff\xff" and body[6] == 2:
        code = body[8]
    else:
        return
    row, column = struct.unpack_from("<HH", body)
    facts.unvalued[row + 1, column + 1] = ERROR_TEXTS.get(code, "#ERROR")


def _filter_range(body: bytes) -> dict[int, tuple[int, int]]:
    """First and last row of a filter, by the number of its sheet: the built-in name _FilterDatabase."""
    flags, sheet = struct.unpack_from("<H6xH", body)
    if not flags & _IS_BUILT_IN or body[15] != _FILTER_DATABASE or body[16] != _AREA:
        return {}
    top, bottom = struct.unpack_from("<2xHH", body, 17)
    return {sheet: (top + 1, bottom + 1)}


def _other_file(body: bytes) -> list[str]:
    """The path of another workbook; none for the workbook itself and for add-ins."""
    length = struct.unpack_from("<2xH", body)[0]
    if length in (0x0401, 0x3A01) or len(body) < 6:
        return []
    # Control characters stand for drive, folder and so on.
    path = _text(body[4], body[5:], length)
    return ["".join(c if c >= " " else "\\" for c in path)]
