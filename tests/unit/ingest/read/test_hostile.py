"""Files made, or broken, so that reading them hurts: each costs its own refusal in bounded time and memory, no more."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.read.container import OLE
from pipelines.ingest.read.delimited import MAX_BYTES, MAX_LINES
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables
from pipelines.ingest.read.worker import ReadingWorkers
from tests.unit.ingest.read.biff12 import Sheet, cell, record, row_record, xlsb

FILES = Path(__file__).parent / "files"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def workbook() -> bytes:
    made, out = Workbook(), io.BytesIO()
    made.worksheets[0].append(["団体名", "値"])
    made.worksheets[0].append(["海南市", 3])
    made.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        assert part in source.namelist()
        for name in source.namelist():
            content = source.read(name)
            copy.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def with_rows(rows: bytes) -> bytes:
    def change(sheet: bytes) -> bytes:
        start, end = sheet.index(b"<sheetData>"), sheet.index(b"</sheetData>")
        return sheet[: start + 11] + rows + sheet[end:]

    return changed(workbook(), "xl/worksheets/sheet1.xml", change)


def zip_of(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def lying_about_its_size() -> bytes:
    """A part of 200 MB (packed 2 MB) that the directory declares as 1,000 bytes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    block = random.Random(1).randbytes(2**10) * 2**10
    packed = b"".join(packer.compress(block) for _ in range(200)) + packer.flush()
    out, parts = io.BytesIO(workbook()), {"xl/sharedStrings.xml": packed}
    with zipfile.ZipFile(out, "a") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
            archive.getinfo(name).compress_type = zipfile.ZIP_DEFLATED
            archive.getinfo(name).file_size = 1000
    data = bytearray(out.getvalue())
    start = data.index(b"xl/sharedStrings.xml") - 30
    struct.pack_into("<H", data, start + 8, zipfile.ZIP_DEFLATED)
    struct.pack_into("<I", data, start + 22, 1000)
    return bytes(data)


def before_the_beginning() -> bytes:
    """A workbook without its first bytes: the directory at its end leads to places before the beginning."""
    data = workbook()
    return b"PK" + data[data.index(b"PK\x01\x02") - 40 :]


def far_cell_in_binary() -> bytes:
    part = record(129) + record(145) + row_record(1) + cell(1, 1.0)
    part += row_record(1_048_576) + cell(16_384, 1.0) + record(146) + record(130)
    return changed(xlsb({"表": Sheet([["a"]])}), "xl/worksheets/sheet1.bin", lambda _: part)


def biting_its_tail() -> bytes:
    """An old workbook whose sectors lead in a circle."""
    data = bytearray((FILES / "parts.xls").read_bytes())
    (fat,) = struct.unpack_from("<I", data, 76)
    start = (fat + 1) * 512
    for sector in range(128):
        struct.pack_into("<I", data, start + 4 * sector, sector)
    return bytes(data)


def laughing_ods() -> bytes:
    return changed(
        (FILES / "parts.ods").read_bytes(),
        "content.xml",
        lambda part: part.replace(
            b"<office:document-content", f"{LAUGHS}]><office:document-content".encode(), 1
        ),
    )


def declared_rows_ods() -> bytes:
    """One row of values, repeated to the last row a sheet can have."""
    row = b'<table:table-row table:style-name="ro1">'
    return changed(
        (FILES / "parts.ods").read_bytes(),
        "content.xml",
        lambda part: part.replace(row, row[:-1] + b' table:number-rows-repeated="1048576">', 1),
    )


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    # name: bytes, the rule, a word of its explanation
    "実体.xlsx": (
        lambda: changed(workbook(), "xl/worksheets/sheet1.xml", lambda p: LAUGHS.encode() + b"]>" + p),
        "unsafe_container",
        "DOCTYPE",
    ),
    "書式に実体.xlsx": (
        lambda: changed(workbook(), "xl/styles.xml", lambda p: LAUGHS.encode() + b"]>" + p),
        "unsafe_container",
        "DOCTYPE",
    ),
    "実体.ods": (laughing_ods, "unsafe_container", "DOCTYPE"),
    "百万行.ods": (declared_rows_ods, "too_many_cells", "1048576"),
    "億のセル.ods": ((FILES / "issue_594_dos.ods").read_bytes, "too_many_cells", "まで使われています"),
    "遠いセル.xlsb": (far_cell_in_binary, "too_many_cells", "XFD1048576"),
    "列名の長いセル.xlsx": (
        lambda: with_rows(b'<row r="1"><c r="' + b"B" * 90 + b'6"><v>1</v></c></row>'),
        "too_many_cells",
        "まで使われています",
    ),
    "壊れた目次.xlsx": (
        lambda: changed(
            with_rows(b'<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>'),
            "xl/workbook.xml",
            lambda part: part.replace(b"<sheets>", b"<sheets><<"),
        ),
        "broken_file",
        "壊れている",
    ),
    "知らない文字コード.ods": (
        lambda: changed(
            (FILES / "parts.ods").read_bytes(),
            "content.xml",
            lambda part: part.replace(b"UTF-8", b"UTF-99", 1),
        ),
        "broken_file",
        "壊れている",
    ),
    "始まりより前.xlsx": (before_the_beginning, "broken_file", "壊れている"),
    "偽の大きさ.xlsx": (lying_about_its_size, "broken_file", "壊れている"),
    "小さな爆弾の束.xlsx": (
        lambda: zip_of(
            {"[Content_Types].xml": b"<x/>"} | {f"xl/{n}.xml": bytes(19 * 2**20) for n in range(6)}
        ),
        "unsafe_container",
        "圧縮率",
    ),
    "入れ子.zip": (
        lambda: zip_of({"a.zip": zip_of({"b.zip": zip_of({"0.csv": bytes(10 * 2**20)})})}),
        "zip_in_zip",
        "ZIPの中にZIP",
    ),
    "輪.xls": (biting_its_tail, "broken_file", "壊れている"),
    "半分.xls": (lambda: (FILES / "parts.xls").read_bytes()[:4000], "broken_file", "壊れている"),
    "頭だけ.xls": (lambda: OLE + b"\xff" * 600, "broken_file", "壊れている"),
    "半分.ods": (lambda: (FILES / "parts.ods").read_bytes()[:6000], "broken_file", "壊れている"),
    "半分.xlsb": (lambda: (FILES / "issues.xlsb").read_bytes()[:9000], "broken_file", "壊れている"),
    "途中で切れた記録.xlsb": (
        lambda: changed(xlsb({"表": Sheet([["a"]])}), "xl/worksheets/sheet1.bin", lambda p: p[:-9]),
        "broken_file",
        "壊れている",
    ),
    "文書.xlsx": (
        lambda: zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"}),
        "not_a_table",
        "Word",
    ),
    "文字でない.csv": ("団体名,値\r\n海南市,\0\r\n".encode, "nul_bytes", "文字ではない"),
    "長い.csv": (lambda: b"1,2\r\n" * (MAX_LINES + 1), "file_too_large", "大きすぎます"),
}


def look(path: Path) -> tuple[str, str, int]:
    """Rule and message, and how much memory this process has needed so far, in bytes."""
    try:
        read = read_tables(path)
        found = ("read", "、".join(grid.sheet for grid in read.grids))
    except Refused as refused:
        found = (refused.rule, refused.message)
    # Of this program alone: what getrusage says was inherited from the tests that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return *found, int(status.partition("VmHWM:")[2].split()[0]) * 1024


def test_hostile_files_cost_their_own_refusal_and_the_others_are_read(tmp_path: Path) -> None:
    jobs, good = [], []
    for number, (name, (made, _, _)) in enumerate(HOSTILE.items()):
        (tmp_path / name).write_bytes(made())
        good.append(tmp_path / f"報告書{number}.xlsx")
        good[-1].write_bytes(workbook())
        jobs += [tmp_path / name, good[-1]]
    started = time.monotonic()
    outcomes = dict(ReadingWorkers(look, count=1, timeout=60).map(jobs))
    seconds = time.monotonic() - started
    told = {path: outcome for path, outcome in outcomes.items() if not isinstance(outcome, Refused)}
    assert {path.name: told[path][0] for path in jobs if path not in good} == {
        name: rule for name, (_, rule, _) in HOSTILE.items()
    }
    assert all(word in told[tmp_path / name][1] for name, (_, _, word) in HOSTILE.items())
    assert {told[path][:2] for path in good} == {("read", "Sheet")}
    assert len(told) == len(jobs), "none of them killed its worker"
    assert max(peak for _, _, peak in told.values()) < 1.5 * 2**30
    assert seconds < 60


def test_half_a_gigabyte_of_csv_is_refused_before_a_byte_of_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "長い.csv"
    path.write_bytes("団体名,値\r\n".encode() * 1000)
    with path.open("r+b") as file:
        file.truncate(500 * 2**20)
    ((_, outcome),) = ReadingWorkers(look, count=1, timeout=60).map([path])
    assert not isinstance(outcome, Refused)
    rule, message, peak = outcome
    assert (rule, "500MB" in message) == ("file_too_large", True)
    assert peak < 200 * 2**20 < MAX_BYTES * 4


def test_a_sheet_formatted_down_to_the_last_row_is_read(tmp_path: Path) -> None:
    """Borders on whole columns are usual, and a style is no value."""
    styled = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_048_577))
    values = b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
    (tmp_path / "f.xlsx").write_bytes(with_rows(values + styled))
    ((_, outcome),) = ReadingWorkers(look, count=1, timeout=60).map([tmp_path / "f.xlsx"])
    assert not isinstance(outcome, Refused)
    assert outcome[0] == "read"
    assert outcome[2] < 400 * 2**20


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    data = changed(
        workbook(),
        "xl/worksheets/sheet1.xml",
        lambda part: part.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"'),
    )
    (tmp_path / "d.xlsx").write_bytes(data)
    assert read_tables(tmp_path / "d.xlsx").grids[0].rows == (("団体名", "値"), ("海南市", 3))
    assert look(tmp_path / "d.xlsx")[0] == "read"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("name", ["parts.xls", "parts.ods", "issues.xlsb"])
def test_a_workbook_cut_anywhere_is_read_or_refused_in_words(tmp_path: Path, name: str, share: float) -> None:
    data = (FILES / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    rule, message, _ = look(tmp_path / name)
    assert rule in ("read", "broken_file", "not_a_table", "nul_bytes"), message


def test_a_part_larger_than_it_says_is_not_unpacked_whole(tmp_path: Path) -> None:
    (tmp_path / "f.xlsx").write_bytes(lying_about_its_size())
    ((_, outcome),) = ReadingWorkers(look, count=1, timeout=60).map([tmp_path / "f.xlsx"])
    assert not isinstance(outcome, Refused)
    assert outcome[0] == "broken_file"
    assert outcome[2] < 150 * 2**20
