"""A minimal xlsb (MS-XLSB) as bytes: values, errors, hidden rows and columns, a filter, merged cells."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_TYPES = b"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
%s</Types>"""
_SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{}.bin" ContentType="application/vnd.ms-excel.worksheet"/>'
)
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass
class Sheet:
    """What to write; rows and columns are numbered from 1. An `int` below 0x100 in `errors` is an error's code."""

    rows: Sequence[Sequence[str | float | None]]
    hidden_rows: Iterable[int] = ()
    hidden_columns: Iterable[int] = ()
    merged: Iterable[tuple[int, int, int, int]] = ()
    filtered: tuple[int, int, int, int] | None = None
    errors: Mapping[tuple[int, int], int] = field(default_factory=dict)
    state: int = 0


def record(number: int, body: bytes = b"") -> bytes:
    """One record: number and length in seven bits a byte."""
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + body


def text(value: str) -> bytes:
    """A counted string."""
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def xlsb(sheets: Mapping[str, Sheet], more: Mapping[str, bytes] | None = None) -> bytes:
    """The workbook; `more` are further parts by name."""
    out = io.BytesIO()
    bundle = b"".join(
        record(156, struct.pack("<II", sheet.state, n) + text(f"rId{n}") + text(name))
        for n, (name, sheet) in enumerate(sheets.items(), start=1)
    )
    workbook = record(131) + record(143) + bundle + record(144) + record(132)
    relation = '<Relationship Id="rId{0}" Type="' + _OFFICE + '/worksheet" Target="worksheets/sheet{0}.bin"/>'
    numbers = range(1, len(sheets) + 1)
    root = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        overrides = "".join(_SHEET_TYPE.format(n) for n in numbers)
        archive.writestr("[Content_Types].xml", _TYPES % overrides.encode())
        archive.writestr("_rels/.rels", _RELATIONS.format(root))
        archive.writestr("xl/workbook.bin", workbook)
        archive.writestr(
            "xl/_rels/workbook.bin.rels", _RELATIONS.format("".join(relation.format(n) for n in numbers))
        )
        for n, sheet in zip(numbers, sheets.values(), strict=True):
            archive.writestr(f"xl/worksheets/sheet{n}.bin", sheet_part(sheet))
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def sheet_part(sheet: Sheet) -> bytes:
    """The records of one sheet."""
    width = max((len(row) for row in sheet.rows), default=1)
    data = record(129) + record(148, struct.pack("<IIII", 0, max(len(sheet.rows) - 1, 0), 0, width - 1))
    data += record(390)
    for column in sheet.hidden_columns:
        data += record(60, struct.pack("<IIIIH", column - 1, column - 1, 2304, 0, 1))
    data += record(391) + record(145)
    for number, row in enumerate(sheet.rows, start=1):
        data += row_record(number, number in sheet.hidden_rows)
        for column, value in enumerate(row, start=1):
            data += cell(column, value, sheet.errors.get((number, column)))
    data += record(146)
    if sheet.filtered:
        top, left, bottom, right = (n - 1 for n in sheet.filtered)
        data += record(161, struct.pack("<IIII", top, bottom, left, right))
        data += record(163, struct.pack("<IH", 0, 0)) + record(164) + record(162)
    merged = [struct.pack("<IIII", t - 1, b - 1, m - 1, r - 1) for t, m, b, r in sheet.merged]
    if merged:
        data += record(177, struct.pack("<I", len(merged)))
        data += b"".join(record(176, body) for body in merged) + record(178)
    return data + record(130)


def row_record(number: int, is_hidden: bool = False) -> bytes:
    """The head of a row: the cells after it are its cells."""
    return record(0, struct.pack("<IIHBBBI", number - 1, 0, 300, 0, 0x10 if is_hidden else 0, 0, 0))


def cell(column: int, value: str | float | None, error: int | None = None) -> bytes:
    """One cell of the row begun before."""
    place = struct.pack("<II", column - 1, 0)
    if error is not None:
        return record(3, place + bytes([error]))
    if value is None:
        return b""
    if isinstance(value, str):
        return record(6, place + text(value))
    return record(5, place + struct.pack("<d", value))
