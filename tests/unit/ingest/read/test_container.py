"""Files that harm their reader. One of them must cost its own refusal, never the night of thirty municipalities."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.read import container, sheets
from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.workbook import check_workbook, read_workbook


def workbook_bytes(fill: Callable[[Workbook], None] | None = None) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["団体名", "値"])
    sheet.append(["海南市", 3])
    if fill:
        fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        assert name in source.namelist()
        for entry in source.namelist():
            part = source.read(entry)
            copy.writestr(entry, change(part) if entry == name else part)
    return out.getvalue()


def zip_of(parts: dict[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(path: Path) -> None:
    if kind_of(path) in ("workbook", "ole"):
        read_workbook(path)


def refusal_of(path: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        read(path)
    return caught.value


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(data: bytes, name: str = "報告書.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (workbook_bytes(), "表.xlsx", "workbook"),
        (workbook_bytes(), "表.csv", "workbook"),
        ("団体名,値\r\n海南市,3\r\n".encode("cp932"), "表.xlsx", "text"),
        (b"<html><table></table></html>", "表.xls", "html"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", "表.xls", "html"),
        (b'<?xml version="1.0"?><Workbook/>', "表.xls", "xml"),
        (b"%PDF-1.7", "表.xlsx", "pdf"),
        (b"", "表.xlsx", "empty"),
        (bytes(10_000), "表.xlsx", "empty"),
        (container.OLE + bytes(100), "表.xls", "ole"),
        (zip_of({"channels.json": b"[]", "users.json": b"[]"}), "x.zip", "slack"),
        (zip_of({"書き出し/channels.json": b"[]"}), "x.zip", "slack"),
        (zip_of({"a.csv": b"1"}), "x.zip", "zip"),
        (zip_of({"a.csv": b"1", "readme.txt": b""}), "x.zip", "zip"),
    ],
)
def test_a_file_is_what_its_content_says_and_not_its_name(
    file: Callable[..., Path], data: bytes, name: str, kind: str
) -> None:
    assert kind_of(file(data, name)) == kind


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "/etc/passwd.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_names_that_climb_out_of_the_folder_are_refused(file: Callable[..., Path], name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    refused = refusal_of(file(zip_of({info: b"1"})))
    assert refused.rule == "unsafe_container"
    assert "フォルダの外" in refused.message


def test_a_symbolic_link_is_refused(file: Callable[..., Path]) -> None:
    link = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert (
        "リンク" in refusal_of(file(zip_of({"[Content_Types].xml": b"<x/>", link: b"/etc/passwd"}))).message
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file: Callable[..., Path]) -> None:
    data = zip_of({"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(60 * 2**20)})
    assert len(data) < 100_000
    refused = refusal_of(file(data))
    assert refused.rule == "unsafe_container"
    assert "圧縮率" in refused.message


def test_sizes_that_only_the_directory_tells_are_refused(
    file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "MAX_ENTRIES", 3)
    assert "大きさ" in refusal_of(file(zip_of({f"{n}.csv": b"1" for n in range(4)}))).message
    monkeypatch.setattr(container, "MAX_ENTRIES", 100)
    monkeypatch.setattr(container, "MAX_UNZIPPED_BYTES", 10)
    assert "大きさ" in refusal_of(file(zip_of({"a.csv": b"1" * 11}))).message


def test_an_entity_bomb_is_refused(file: Callable[..., Path]) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    data = with_part(
        workbook_bytes(), "xl/worksheets/sheet1.xml", lambda part: bomb + part[part.index(b"<worksheet") :]
    )
    assert "DOCTYPE" in refusal_of(file(data)).message


def test_a_workbook_from_a1_to_xfd1048576_is_refused_with_the_cell_to_delete(
    file: Callable[..., Path],
) -> None:
    def stray(workbook: Workbook) -> None:
        workbook.worksheets[0]["XFD1048576"] = "x"

    refused = refusal_of(file(workbook_bytes(stray)))
    assert refused.rule == "too_many_cells"
    assert "XFD1048576" in refused.message


def test_a_far_cell_across_the_edge_of_two_blocks_is_still_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_BLOCK_BYTES", 2**16)
    for offset in range(40):
        cell = b'<c s="1" r="XFD1048576"><v>1</v></c>'
        start = b"<worksheet><sheetData>"
        sheet = start + b"x" * (2**16 - len(start) - offset) + cell + b"</sheetData></worksheet>"
        path = tmp_path / f"{offset}.xlsx"
        path.write_bytes(zip_of({"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": sheet}))
        with pytest.raises(Refused, match="too_many_cells"):
            check_workbook(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_refused_as_truncated(file: Callable[..., Path], share: float) -> None:
    data = workbook_bytes()
    assert refusal_of(file(data[: int(len(data) * share)])).rule == "broken_file"


def test_damaged_bytes_inside_a_whole_container_are_refused_as_broken(file: Callable[..., Path]) -> None:
    data = bytearray(workbook_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    name_length, extra_length = struct.unpack(
        "<HH", data[entry.header_offset + 26 : entry.header_offset + 30]
    )
    start = entry.header_offset + 30 + name_length + extra_length
    data[start + 5 : start + 60] = b"\xff" * 55
    assert refusal_of(file(bytes(data))).rule == "broken_file"


def test_a_protected_workbook_is_refused_with_how_to_unprotect_it(real_files: Path) -> None:
    refused = refusal_of(real_files / "pass_protected.xlsx")
    assert refused.rule == "encrypted"
    assert "パスワード" in refused.suggestion


def test_an_encrypted_zip_is_refused(file: Callable[..., Path]) -> None:
    data = bytearray(zip_of({"a.csv": b"1,2,3"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal_of(file(bytes(data), "x.zip")).rule == "encrypted"


def test_every_refusal_says_in_japanese_what_was_expected_and_what_to_do(file: Callable[..., Path]) -> None:
    for data in (workbook_bytes()[:500], zip_of({"[Content_Types].xml": b"<!DOCTYPE x>"})):
        refused = refusal_of(file(data))
        for text in (refused.message, refused.expected, refused.suggestion):
            assert any("ぁ" <= c <= "ん" for c in text), text
