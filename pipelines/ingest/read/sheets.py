"""What a workbook's own XML says before anyone opens it: how far cells reach, what is hidden or has no value.

A reader allocates the whole rectangle up to the farthest cell, so one stray cell in XFD1048576 costs
hundreds of gigabytes; it does not tell which rows and columns nobody sees, and it returns an error
(#REF!) or a formula that was never calculated as an empty cell.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.sax.saxutils import unescape

from pipelines.ingest.read.container import opened, unsafe
from pipelines.ingest.read.refusal import Refused

MAX_SHEET_BYTES = 512 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
_REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\b([^>]*\bhidden="(?:1|true)"[^>]*)>')
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</)")
_ATTRIBUTE = re.compile(rb'\b(r|min|max)="(\d+)"')


@dataclass
class SheetFacts:
    """What a reader of values does not tell about one sheet; numbers are 1-based.

    Attributes:
        rows: hidden rows.
        columns: hidden columns.
        unvalued: by row and column the text of cells whose formula has no value.
    """

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    unvalued: dict[tuple[int, int], str] = field(default_factory=dict)


def check_workbook(path: Path) -> dict[str, SheetFacts]:
    """Refuse a workbook that declares entities or spreads over more cells than any form has.

    Returns:
        The facts by sheet name; empty for formats that keep it elsewhere (ods, xlsb).

    Raises:
        Refused: the workbook is not safe to open.
    """
    facts: dict[str, SheetFacts] = {}
    with opened(path) as archive:
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(entry) as part:
                if "worksheets/" in entry.filename and entry.filename.endswith(".xml"):
                    facts[entry.filename] = _scan(part, entry.file_size)
                else:
                    _refuse_entities(part.read(4096))
        names = (
            _sheet_names(archive) if any(f.rows or f.columns or f.unvalued for f in facts.values()) else {}
        )
    return {names[part]: found for part, found in facts.items() if part in names}


def _refuse_entities(head: bytes) -> None:
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise unsafe("XMLに外部定義(DOCTYPE)が含まれています。")


def _scan(part: IO[bytes], size: int) -> SheetFacts:
    if size > MAX_SHEET_BYTES:
        raise unsafe("シートが大きすぎます。")
    facts = SheetFacts()
    rest = b""
    while block := part.read(2**20):
        # Up to the last "<c" every element is whole; the others wait for the next block.
        block = rest + block
        end = max(block.rfind(b"<c "), 0) or block.rfind(b"<")
        block, rest = block[:end], block[end:]
        _look_at(block, facts)
    _look_at(rest, facts)
    return facts


def _look_at(block: bytes, facts: SheetFacts) -> None:
    _refuse_entities(block)
    _check_extent(block)
    for kind, text in _HIDDEN.findall(block) if b"hidden=" in block else ():
        numbers = {name: int(value) for name, value in _ATTRIBUTE.findall(text)}
        if kind == b"row":
            facts.rows.add(numbers.get(b"r", 0))
        else:
            last = min(numbers.get(b"max", 0), MAX_COLUMNS)
            facts.columns.update(range(numbers.get(b"min", 1), last + 1))
    for attributes, content in _CELL.findall(block) if b't="e"' in block or b"f>" in block else ():
        place = _PLACE.search(attributes)
        text = _unvalued(attributes, content)
        if place and text:
            facts.unvalued[int(place[2]), _column_number(place[1])] = text


def _unvalued(attributes: bytes, content: bytes) -> str:
    """#REF! or the formula itself; empty for a cell that has a value, and for a formula that gives no text."""
    value, formula = _VALUE.search(content), _FORMULA.search(content)
    if b't="e"' in attributes and value:
        return unescape(value[1].decode("utf-8", "replace"))
    if formula and not (value and value[1]) and b't="str"' not in attributes:
        return "=" + unescape((formula[1] or b"").decode("utf-8", "replace"))
    return ""


def _check_extent(block: bytes) -> None:
    for letters, row in _REFERENCE.findall(block):
        if int(row) > MAX_ROWS or _column_number(letters) > MAX_COLUMNS:
            raise Refused(
                "too_many_cells",
                f"セル{letters.decode()}{row.decode()}まで使われています。",
                f"{MAX_ROWS:,}行、{MAX_COLUMNS:,}列まで",
                "表の外にある不要なセル(右下の端など)を行・列ごと削除し、保存し直してください。",
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part to sheet name, through the workbook's relations."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    try:
        workbook = fromstring(archive.read("xl/workbook.xml"))
        relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except KeyError:
        return {}
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
