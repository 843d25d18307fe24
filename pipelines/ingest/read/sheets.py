"""What an xlsx workbook's own XML says before anyone opens it: how far cells reach, what is hidden or has no value.

A reader allocates the whole rectangle up to the farthest cell, so one stray cell in XFD1048576 costs
hundreds of gigabytes; it does not tell which rows and columns nobody sees, and it returns an error
(#REF!) or a formula that was never calculated as an empty cell.

Every workbook passes here, so the bytes are searched for rare marks, and only what carries one is
taken apart: a scan of every element would take longer than reading the values.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import unescape

from pipelines.ingest.read.container import first_bytes, truncated, unsafe, whole_part
from pipelines.ingest.read.facts import SheetFacts, check_extent, file_names

MAX_SHEET_BYTES = 512 * 2**20
_BLOCK_BYTES = 4 * 2**20
_HEAD_BYTES = 4096
_READ_BY_NOBODY = ("docProps/", "xl/theme/", "customXml/", "xl/media/", "xl/printerSettings/")
_ROOT = re.compile(rb"<(\w+:)?worksheet[\s>]")
_PREFIX = re.compile(rb"<(/?)[A-Za-z_][\w.-]*:(?=[A-Za-z])")
_SINGLE_QUOTED = re.compile(rb"=\s*'([^'\"<>]*)'")
_FAR = re.compile(rb'r="(?:[A-Za-z]{3}|[A-Za-z]{1,2}\d{6})')
# A cell that only has a style holds nothing: whole columns are formatted down to the last row.
_FILLED = re.compile(rb'<c\b(?=[^>]*?\br="([A-Za-z]+)(\d+)")[^>]*[^/>]>(?!\s*</c>)')
_HIDDEN = re.compile(rb'<(row|col)\b([^>]*\bhidden="(?:1|true)"[^>]*)>')
_MARKED = re.compile(rb'<f[\s>/]|\bt="e"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_VALUE = re.compile(rb"<v>([^<]*)</")
_FORMULA = re.compile(rb"<f\b([^>]*?)(?:/>|>([^<]*)</)")
_ATTRIBUTE = re.compile(rb'\b(r|min|max)="(\d+)"')
_FILTER = re.compile(rb'<autoFilter\b[^>]*\bref="\$?[A-Z]+\$?(\d+):\$?[A-Z]+\$?(\d+)"[^>]*>')
_SHARED = re.compile(rb'\bsi="(\d+)"')
# [1]Sheet!A1 reads another file; Table[1] is a column of this one.
_OTHER_FILE = re.compile(rb"(?<![\w\]])\[\d+\]")
_RELATION = re.compile(rb'\bTarget="([^"]*)"')


def xlsx_facts(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """The facts by sheet name; sheets about which there is nothing to say are left out.

    Raises:
        Refused: XML entities, a sheet beyond every limit, or a cell farther out than any form has one.
    """
    names = archive.namelist()
    links = sorted(n for n in names if n.startswith("xl/externalLinks/_rels/"))
    found = {}
    for entry in archive.infolist():
        name = entry.filename
        if name.endswith((".xml", ".rels")) and not name.startswith(_READ_BY_NOBODY):
            facts = _look_into(archive, entry, has_links=bool(links))
            if facts is not None and not facts.is_empty:
                found[name] = facts
    if not found:
        return {}
    files = file_names(_targets(archive, links))
    for part_name, facts in found.items():
        facts.files = files if facts.linked else ()
        if facts.rows:
            facts.filters += _table_filters(archive, part_name)
    sheet_names = _sheet_names(archive)
    return {sheet_names[part]: facts for part, facts in found.items() if part in sheet_names}


def _look_into(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, has_links: bool) -> SheetFacts | None:
    """The facts of a part that is a sheet; None for any other."""
    head = first_bytes(archive, entry, _HEAD_BYTES)
    # It stands before the root, and calamine unfolds no entity, but other readers of the file may.
    if b"<!DOCTYPE" in head:
        raise unsafe("Excelの保存では付かない外部定義(DOCTYPE)が中に含まれています。")
    root = _ROOT.search(head) if b"worksheet" in head else None
    if root is None:
        return None
    if entry.file_size > MAX_SHEET_BYTES:
        raise unsafe("シートが大きすぎます。")
    # One program writes all its attributes in the same quotes.
    scan = _Scan(has_links, is_prefixed=bool(root[1]), is_single_quoted=b"='" in head)
    if entry.file_size <= _BLOCK_BYTES:
        scan.look_at(whole_part(archive, entry))
        return scan.facts
    rest = b""
    with archive.open(entry) as part:
        while block := part.read(_BLOCK_BYTES):
            # Up to the last "<c" every element is whole; the others wait for the next block.
            block = rest + block
            end = max(block.rfind(b"<c "), 0) or block.rfind(b"<")
            block, rest = block[:end], block[end:]
            scan.look_at(block)
    scan.look_at(rest)
    return scan.facts


class _Scan:
    """One sheet, block by block."""

    def __init__(self, has_links: bool, is_prefixed: bool, is_single_quoted: bool) -> None:
        self.facts = SheetFacts()
        self._has_links = has_links
        self._is_prefixed = is_prefixed
        self._is_single_quoted = is_single_quoted
        self._has_formulas = False
        self._linked_groups: set[bytes] = set()

    def look_at(self, block: bytes) -> None:
        if self._is_prefixed:
            block = _PREFIX.sub(rb"<\1", block)
        if self._is_single_quoted:
            block = _SINGLE_QUOTED.sub(rb'="\1"', block)
        if _FAR.search(block):
            for letters, row in _FILLED.findall(block):
                check_extent(int(row[:9]), _column_number(letters[:4].upper()))
        if b"hidden=" in block:
            self._hidden(block)
        # A formula shared by many cells stands in the first of them only.
        self._has_formulas = self._has_formulas or b"</f>" in block
        if self._has_formulas or b't="e"' in block:
            self._cells(block)
        if self.facts.rows and b"<filterColumn" in block:
            self.facts.filters += [(int(top), int(bottom)) for top, bottom in _FILTER.findall(block)]

    def _hidden(self, block: bytes) -> None:
        for kind, text in _HIDDEN.findall(block):
            numbers = {name: int(value) for name, value in _ATTRIBUTE.findall(text)}
            if kind == b"row":
                self.facts.rows.add(numbers.get(b"r", 0))
            else:
                self.facts.hide_columns(numbers.get(b"min", 1), numbers.get(b"max", 0))

    def _cells(self, block: bytes) -> None:
        """Only cells with a formula or an error are taken apart."""
        end = 0
        for mark in _MARKED.finditer(block):
            if mark.start() < end:
                continue
            start, end = block.rfind(b"<c ", 0, mark.start()), block.find(b"</c>", mark.start())
            if start < 0 or end < 0:
                continue
            attributes, _, content = block[start:end].partition(b">")
            place = _PLACE.search(attributes)
            if place is None:
                continue
            row_column = int(place[2]), _column_number(place[1])
            if text := _unvalued(attributes, content):
                self.facts.unvalued[row_column] = text
            if self._has_links and self._reads_another_file(content):
                self.facts.linked.append(row_column)

    def _reads_another_file(self, content: bytes) -> bool:
        formula = _FORMULA.search(content)
        if formula is None:
            return False
        group = _SHARED.search(formula[1])
        is_linked = bool(_OTHER_FILE.search(formula[2] or b""))
        if group and is_linked:
            self._linked_groups.add(group[1])
        return is_linked or (group is not None and group[1] in self._linked_groups)


def _unvalued(attributes: bytes, content: bytes) -> str:
    """#REF! or the formula itself; empty for a cell that has a value, and for a formula that gives no text."""
    value, formula = _VALUE.search(content), _FORMULA.search(content)
    if b't="e"' in attributes and value:
        return unescape(value[1].decode("utf-8", "replace"))
    if formula and not (value and value[1]) and b't="str"' not in attributes:
        return "=" + unescape((formula[2] or b"").decode("utf-8", "replace"))
    return ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _targets(archive: zipfile.ZipFile, relation_parts: Iterable[str]) -> list[str]:
    return [
        unescape(target.decode("utf-8", "replace"))
        for part in relation_parts
        for target in _RELATION.findall(archive.read(part))
    ]


def _table_filters(archive: zipfile.ZipFile, part: str) -> list[tuple[int, int]]:
    """Filters of tables (テーブルとして書式設定) are kept in parts of their own."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return []
    filters: list[tuple[int, int]] = []
    for target in _targets(archive, [relations]):
        table = posixpath.normpath(posixpath.join("/" + folder, target))[1:]
        if "tables/" in table and table in archive.namelist():
            text = archive.read(table)
            if b"<filterColumn" in text:
                filters += [(int(top), int(bottom)) for top, bottom in _FILTER.findall(text)]
    return filters


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part to sheet name, through the workbook's relations."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    try:
        workbook = fromstring(archive.read("xl/workbook.xml"))
        relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except KeyError:
        return {}
    except (SyntaxError, ValueError, LookupError) as error:
        # XML that is not well-formed, forbidden entities, an encoding nobody knows.
        raise truncated() from error
    targets = {
        element.get("Id"): posixpath.normpath(posixpath.join("/xl", element.get("Target", "")))[1:]
        for element in relations
    }
    names: dict[str, str] = {}
    for element in workbook.iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            relation = next((v for k, v in element.attrib.items() if k.rsplit("}", 1)[-1] == "id"), "")
            names[targets.get(relation, "")] = element.get("name", "")
    return names
