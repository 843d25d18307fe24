"""What an ods workbook's content.xml says: hidden and filtered rows, hidden columns, errors, links, merged cells.

The reader of values returns errors as empty cells and no merged ranges. Rows and cells are repeated by
number here, so a tiny file can declare a million rows of values: the extent is checked as for xlsx.
"""

from __future__ import annotations

import re
import zipfile
from typing import Any
from xml.parsers import expat

from pipelines.ingest.read.container import encrypted, truncated, unsafe
from pipelines.ingest.read.facts import MAX_ROWS, SheetFacts, check_extent, file_names

MAX_CONTENT_BYTES = 512 * 2**20
# Beyond this, declared cells with the same value are no form but a way to fill memory.
MAX_REPEATED_CELLS = 2_000_000
_LINK = re.compile(r"'(file:[^']+|[a-z]+://[^']+)'#")


def ods_facts(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """The facts by sheet name.

    Raises:
        Refused: password-protected, XML entities, or a cell farther out than any form has one.
    """
    try:
        entry = archive.getinfo("content.xml")
        if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
            raise encrypted()
    except KeyError:
        raise truncated() from None
    if entry.file_size > MAX_CONTENT_BYTES:
        raise unsafe("シートが大きすぎます。")
    scan = _Scan()
    parser = expat.ParserCreate(namespace_separator=None)
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    try:
        with archive.open(entry) as part:
            parser.ParseFile(part)
    except (expat.ExpatError, LookupError):
        raise truncated() from None
    return scan.facts


def _refuse_doctype(*_: Any) -> None:
    raise unsafe("Excelの保存では付かない外部定義(DOCTYPE)が中に含まれています。")


class _Scan:
    """Handlers of the XML parser: where we are in the table, and the cell whose text is being read."""

    def __init__(self) -> None:
        self.facts: dict[str, SheetFacts] = {}
        self._sheet = SheetFacts()
        self._depth = 0
        self._row = self._column = self._table_column = 0
        self._rows_repeated = 1
        self._repeated_cells = 0
        # Row and column of a cell that may have no value, and what stands for it.
        self._doubtful: tuple[int, int] | None = None
        self._is_error = False
        self._shown = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            # A table inside a cell is drawn, and is no sheet.
            self._depth += 1
            if self._depth == 1:
                self._sheet = self.facts.setdefault(attributes.get("table:name", ""), SheetFacts())
                self._row = self._table_column = 0
        elif self._depth == 1 and tag in _HANDLERS:
            _HANDLERS[tag](self, attributes)
        elif tag == "text:p" and self._doubtful:
            # An empty paragraph is a formula that gave an empty text.
            self._shown = ""

    def end(self, tag: str) -> None:
        if tag == "table:table":
            self._depth -= 1
        elif tag == "table:table-row" and self._depth == 1:
            self._row += self._rows_repeated
        elif tag in ("table:table-cell", "table:covered-table-cell") and self._doubtful:
            shown = self._shown or ("#ERROR" if self._is_error else "")
            if shown:
                self._sheet.unvalued[self._doubtful] = shown
            self._doubtful = None

    def text(self, data: str) -> None:
        if self._doubtful:
            self._shown += data

    def column(self, attributes: dict[str, str]) -> None:
        count = _count(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in ("collapse", "filter"):
            self._sheet.hide_columns(self._table_column + 1, self._table_column + count)
        self._table_column += count

    def row(self, attributes: dict[str, str]) -> None:
        self._column = 0
        self._rows_repeated = _count(attributes, "table:number-rows-repeated")
        visibility = attributes.get("table:visibility")
        if visibility in ("collapse", "filter"):
            hidden = range(self._row + 1, min(self._row + self._rows_repeated, MAX_ROWS) + 1)
            (self._sheet.rows if visibility == "collapse" else self._sheet.filtered).update(hidden)

    def cell(self, attributes: dict[str, str]) -> None:
        place = top, left = self._row + 1, self._column + 1
        count = _count(attributes, "table:number-columns-repeated")
        self._column += count
        formula = attributes.get("table:formula", "")
        if not formula and "office:value-type" not in attributes:
            return
        check_extent(self._row + self._rows_repeated, self._column)
        self._refuse_filler(count * self._rows_repeated)
        self._is_error = attributes.get("calcext:value-type") == "error"
        if self._is_error or "office:value-type" not in attributes:
            self._doubtful, self._shown = place, "=" + formula.partition("=")[2]
        if formula and (link := _LINK.search(formula)):
            self._sheet.linked.append(place)
            self._sheet.files = file_names([*self._sheet.files, link[1]])
        down = _count(attributes, "table:number-rows-spanned")
        right = _count(attributes, "table:number-columns-spanned")
        if down > 1 or right > 1:
            self._sheet.merged.append((top, left, top + down - 1, left + right - 1))

    def _refuse_filler(self, repeated: int) -> None:
        self._repeated_cells += repeated - 1
        if self._repeated_cells > MAX_REPEATED_CELLS:
            raise unsafe("同じ値のセルが大量に繰り返されています。")


_HANDLERS = {
    "table:table-column": _Scan.column,
    "table:table-row": _Scan.row,
    "table:table-cell": _Scan.cell,
    "table:covered-table-cell": _Scan.cell,
}


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return max(int(text[:9]), 1) if text.isascii() and text.isdigit() else 1
