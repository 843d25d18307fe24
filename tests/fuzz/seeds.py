"""Whole files to damage: what the sample holds, what other programs wrote, and forms written here in every format."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook

from pipelines.settings import CHECKOUT
from tests.unit.ingest.conform.forms import PREAMBLE, heading, visit
from tests.unit.ingest.read.biff12 import Sheet, xlsb
from tests.unit.ingest.read.unseen_parts import unseen_parts

SAMPLE = CHECKOUT / "raw" / "sample"
REAL = CHECKOUT.parent / "shared" / "data" / "real"
WRITTEN_ELSEWHERE = CHECKOUT / "tests" / "unit" / "ingest" / "read" / "files"
# Larger files would be damaged a few times a minute only.
_LARGEST = 400_000
_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="報告書">{}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


@dataclass(frozen=True)
class Seed:
    """One whole file: the reader it is for, the folder (source) it lies in, its name and bytes."""

    kind: str
    source: str
    name: str
    data: bytes


def seeds(largest: int = _LARGEST) -> dict[str, list[Seed]]:
    """Seeds of at most so many bytes by kind of file, in a fixed order."""
    found: dict[str, list[Seed]] = {}
    for seed in (*_written(), *_of_sample(), *_of_others(WRITTEN_ELSEWHERE), *_of_others(REAL)):
        if 0 < len(seed.data) <= largest:
            found.setdefault(seed.kind, []).append(seed)
    return dict(sorted(found.items()))


def form_rows() -> list[Sequence[Any]]:
    """A correct report with numbers and dates in several spellings."""
    rows = [visit(n, attendee_count=n if n % 2 else f"{n}名", travel_cost_jpy="1.2千円") for n in range(1, 8)]
    return [*PREAMBLE, heading(), *rows]


def _written() -> Iterator[Seed]:
    rows = form_rows()
    for name, workbook in (("様式.xlsx", _workbook(rows)), ("隠れた部分.xlsx", unseen_parts())):
        out = io.BytesIO()
        workbook.save(out)
        yield Seed("xlsx", "visit_log", name, out.getvalue())
    texts = [["" if value is None else str(value) for value in row] for row in rows]
    yield Seed("xlsb", "visit_log", "様式.xlsb", xlsb({"報告書": Sheet(texts, hidden_rows=[9])}))
    yield Seed("ods", "visit_log", "様式.ods", _ods(texts))
    for encoding, delimiter in (("utf-8-sig", ","), ("cp932", ","), ("utf-16", "\t"), ("utf-8", ";")):
        yield Seed("delimited", "visit_log", f"様式_{encoding}.csv", _csv(texts, delimiter).encode(encoding))
    members = {
        "報告書.csv": _csv(texts, ",").encode("cp932"),
        "中/様式.ods": _ods(texts),
        "読んで.txt": b"memo",
    }
    yield Seed("zip", "visit_log", "まとめ.zip", _zip(members))


def _workbook(rows: Iterable[Sequence[Any]]) -> Workbook:
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append([value if value != "" else None for value in row])
    return workbook


def _ods(rows: Iterable[Iterable[str]]) -> bytes:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        "<table:table-row>" + "".join(cell.format(escape(text)) for text in row) + "</table:table-row>"
        for row in rows
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": mimetype, "content.xml": _CONTENT.format(body).encode()}
    return _zip(parts | {"META-INF/manifest.xml": _MANIFEST.encode()})


def _csv(rows: Iterable[Iterable[str]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _of_sample() -> Iterator[Seed]:
    """A few files of each source of the sample: raw/sample/R8/<source>/<date>/<file>."""
    taken: dict[tuple[str, str], int] = {}
    for path in sorted(SAMPLE.rglob("*")):
        if not path.is_file() or len(path.relative_to(SAMPLE).parts) != 4:
            continue
        source, kind = path.parts[-3], _kind(path)
        if kind and taken.setdefault((source, kind), 0) < 4:
            taken[source, kind] += 1
            yield Seed("chat" if source == "chat_activity" else kind, source, path.name, path.read_bytes())


def _of_others(folder: Path) -> Iterator[Seed]:
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_file() and (kind := _kind(path)):
            source = "chat_activity" if path.name.startswith("slack") else "public_statistics"
            source = "visit_log" if path.name.startswith("form") else source
            yield Seed("chat" if source == "chat_activity" else kind, source, path.name, path.read_bytes())


def _kind(path: Path) -> str:
    kinds = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".xlsb": "xlsb", ".ods": "ods", ".zip": "zip"}
    return (kinds | {".csv": "delimited", ".tsv": "delimited"}).get(path.suffix.lower(), "")
