"""What kind of file this really is, by its content, and whether its container is safe to open."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path

from pipelines.ingest.read.refusal import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_ENTRIES = 50_000
MAX_UNZIPPED_BYTES = 4 * 2**30
MAX_SHEET_BYTES = 512 * 2**20
MAX_RATIO = 200
MIN_SUSPICIOUS_BYTES = 20 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
_REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def kind_of(path: Path) -> str:
    """workbook, slack, award_zip, zip, ole, html, text or empty; the extension does not count."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\x00"):
        return "empty"
    if head.startswith(OLE):
        return "ole"
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    lowered = head[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if lowered.startswith((b"<!doctype html", b"<html", b"<table")):
        return "html"
    if lowered.startswith(b"%pdf"):
        return "pdf"
    return "text"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            check_container(archive)
            names = archive.namelist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise truncated() from error
    if "[Content_Types].xml" in names or "content.xml" in names:
        return "workbook"
    if any(n.rsplit("/", 1)[-1] == "channels.json" for n in names):
        return "slack"
    if names and all(n.lower().endswith(".csv") for n in names if not n.endswith("/")):
        return "award_zip"
    return "zip"


def truncated() -> Refused:
    """The refusal of a file that ends too early."""
    return Refused(
        "broken_file",
        "ファイルが壊れているか、途中で切れています。",
        "最後まで保存されたファイル",
        "元のファイルを開いて保存し直し、もう一度送ってください。",
    )


def check_container(archive: zipfile.ZipFile) -> None:
    """Refuse bombs, links and names that climb out of the folder, before anything is unpacked.

    Raises:
        Refused: the container is not safe to open.
    """
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_UNZIPPED_BYTES:
        raise _unsafe("展開後の大きさが上限を超えています。")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or re.match(r"^[A-Za-z]:", name):
            raise _unsafe("フォルダの外を指す名前が含まれています。")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _unsafe("リンクが含まれています。")
        if entry.flag_bits & 0x1:
            raise encrypted()
        if entry.file_size > MIN_SUSPICIOUS_BYTES and entry.file_size > MAX_RATIO * max(
            entry.compress_size, 1
        ):
            raise _unsafe("圧縮率が異常です。")


def check_workbook(path: Path) -> None:
    """Refuse a workbook whose sheets declare entities, or spread over more cells than any form has.

    A reader allocates the whole rectangle up to the farthest cell, so one stray cell in XFD1048576
    costs hundreds of gigabytes.

    Raises:
        Refused: the workbook is not safe to open.
    """
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(entry) as part:
                head = part.read(4096)
            if b"<!DOCTYPE" in head.upper() or b"<!ENTITY" in head.upper():
                raise _unsafe("XMLに外部定義(DOCTYPE)が含まれています。")
            if "worksheets/" in entry.filename:
                _check_extent(archive, entry)


def _check_extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.file_size > MAX_SHEET_BYTES:
        raise _unsafe("シートが大きすぎます。")
    carry = b""
    with archive.open(entry) as part:
        while block := part.read(2**20):
            for letters, row in _REFERENCE.findall(carry + block):
                if int(row) > MAX_ROWS or _column_number(letters) > MAX_COLUMNS:
                    raise Refused(
                        "too_many_cells",
                        f"セル{letters.decode()}{row.decode()}まで使われています。",
                        f"{MAX_ROWS:,}行、{MAX_COLUMNS:,}列まで",
                        "表の外にある不要なセル(右下の端など)を行・列ごと削除し、保存し直してください。",
                    )
            carry = block[-64:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def encrypted() -> Refused:
    """The refusal of a password-protected file."""
    return Refused(
        "encrypted",
        "パスワードで保護されているため読めません。",
        "パスワードのないファイル",
        "Excelの「ファイル>情報>ブックの保護」でパスワードを外し、保存し直してください。",
    )


def _unsafe(reason: str) -> Refused:
    return Refused(
        "unsafe_container", reason, "通常のExcelまたはCSV", "元のファイルを確かめ、保存し直してください。"
    )
