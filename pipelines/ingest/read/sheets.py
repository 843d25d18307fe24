"""What a workbook's own XML says before anyone opens it: how far the cells reach, and what is hidden.

A reader allocates the whole rectangle up to the farthest cell, so one stray cell in XFD1048576 costs
hundreds of gigabytes; and it does not tell which rows and columns nobody sees.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.ingest.read.container import opened, unsafe
from pipelines.ingest.read.refusal import Refused

MAX_SHEET_BYTES = 512 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
_REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\b([^>]*\bhidden="(?:1|true)"[^>]*)>')
_ATTRIBUTE = re.compile(rb'\b(r|min|max)="(\d+)"')


@dataclass(frozen=True)
class Hidden:
    """Rows and columns of one sheet that its reader on the screen does not see; numbers are 1-based."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


def check_workbook(path: Path) -> dict[str, Hidden]:
    """Refuse a workbook that declares entities or spreads over more cells than any form has.

    Returns:
        By sheet name what is hidden in it; empty for formats that keep it elsewhere (ods, xlsb).

    Raises:
        Refused: the workbook is not safe to open.
    """
    hidden: dict[str, Hidden] = {}
    with opened(path) as archive:
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(entry) as part:
                if "worksheets/" in entry.filename and entry.filename.endswith(".xml"):
                    hidden[entry.filename] = _scan(part, entry.file_size)
                else:
                    _refuse_entities(part.read(4096))
        names = _sheet_names(archive) if any(h.rows or h.columns for h in hidden.values()) else {}
    return {names[part]: found for part, found in hidden.items() if part in names}


def _refuse_entities(head: bytes) -> None:
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise unsafe("XMLに外部定義(DOCTYPE)が含まれています。")


def _scan(part: IO[bytes], size: int) -> Hidden:
    if size > MAX_SHEET_BYTES:
        raise unsafe("シートが大きすぎます。")
    rows: set[int] = set()
    columns: set[int] = set()
    rest = b""
    while block := part.read(2**20):
        # Up to the last "<" every element is whole; the others wait for the next block.
        block = rest + block
        end = block.rfind(b"<")
        block, rest = block[:end], block[end:]
        _refuse_entities(block)
        _check_extent(block)
        for kind, text in _HIDDEN.findall(block) if b"hidden=" in block else ():
            numbers = {name: int(value) for name, value in _ATTRIBUTE.findall(text)}
            if kind == b"row":
                rows.add(numbers.get(b"r", 0))
            else:
                last = min(numbers.get(b"max", 0), MAX_COLUMNS)
                columns.update(range(numbers.get(b"min", 1), last + 1))
    return Hidden(frozenset(rows), frozenset(columns))


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
