"""What kind of file this really is, by its content, and whether its container is safe to open."""

from __future__ import annotations

import errno
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.ingest.read.refusal import Refused

_STARTS = {b"<!doctype html": "html", b"<html": "html", b"<table": "html", b"<?xml": "xml", b"%pdf": "pdf"}
_JSON = re.compile(rb'\s*(\{\s*"|\[\s*\{)')
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE_PARTS = (b"[Content_Types].xml", b"docProps/", b"_rels/.rels")
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    UnicodeDecodeError,
    EOFError,
    NotImplementedError,
)
# Of the header before a member only the lengths of its name and of an extra field.
_LOCAL_HEADER = struct.Struct("<26xHH")
MAX_ENTRIES = 50_000
MAX_UNZIPPED_BYTES = 4 * 2**30
MAX_RATIO = 200
MIN_SUSPICIOUS_BYTES = 20 * 2**20
MAX_ENTRIES_AT_ANY_RATIO = 5


def kind_of(path: Path) -> str:
    """workbook, slack, zip, gzip, ole, html, xml, pdf, json, text or empty; the extension does not count."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\x00"):
        return "empty"
    if head.startswith(OLE):
        return "ole"
    if head.startswith(b"PK"):
        # Such a member comes first in what office programs write; its reader opens and checks the whole.
        return "workbook" if head.startswith(_OFFICE_PARTS, 30) else _kind_of_zip(path)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    lowered = head[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    # What PowerShell writes into a file is UTF-16, where every letter has a NUL beside it.
    if _JSON.match(head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"")):
        return "json"
    return next((kind for start, kind in _STARTS.items() if lowered.startswith(start)), "text")


def _kind_of_zip(path: Path) -> str:
    with opened(path) as archive:
        names = archive.namelist()
    if "[Content_Types].xml" in names or "content.xml" in names:
        return "workbook"
    if any(n.rsplit("/", 1)[-1] == "channels.json" for n in names):
        return "slack"
    return "zip"


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A checked ZIP; whatever is broken inside it refuses the file.

    Raises:
        Refused: unsafe, encrypted, truncated, or compressed in a way Python cannot read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_container(archive)
            yield archive
    except _DAMAGE as error:
        raise truncated() from error
    except OSError as error:
        # A damaged directory leads to a place before the beginning of the file.
        if error.errno != errno.EINVAL:
            raise
        raise truncated() from error


def first_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The first bytes of a member, unpacked, without its check sum: `archive.open` takes ten times as long.

    Raises:
        Refused: no member stands where the directory says, or it is packed as no office program packs.
    """
    file = archive.fp
    assert file is not None
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
        raise truncated()
    file.seek(sum(_LOCAL_HEADER.unpack(header)), os.SEEK_CUR)
    # Packed, so many bytes can become more only by a few.
    packed = file.read(min(entry.compress_size, limit + 1024))
    if entry.compress_type == zipfile.ZIP_STORED:
        return packed[:limit]
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise truncated()
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)


def whole_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A member, unpacked and checked; for small ones, of which every workbook has several.

    Raises:
        Refused: damaged, or its size is not the declared one.
    """
    data = first_bytes(archive, entry, entry.file_size + 1)
    if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
        raise truncated()
    return data


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
        raise unsafe("展開後の大きさが上限を超えています。")
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_ENTRIES_AT_ANY_RATIO * MIN_SUSPICIOUS_BYTES and total > MAX_RATIO * packed:
        # Many entries, each just too small to be suspicious.
        raise unsafe("圧縮率が異常です。")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            raise unsafe("フォルダの外を指す名前が含まれています。")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise unsafe("リンクが含まれています。")
        if entry.flag_bits & 0x1:
            raise encrypted()
        if entry.file_size > MIN_SUSPICIOUS_BYTES and entry.file_size > MAX_RATIO * max(
            entry.compress_size, 1
        ):
            raise unsafe("圧縮率が異常です。")


def encrypted() -> Refused:
    """The refusal of a password-protected file."""
    return Refused(
        "encrypted",
        "パスワードで保護されているため読めません。",
        "パスワードのないファイル",
        "Excelの「ファイル>情報>ブックの保護」でパスワードを外し、保存し直してください。",
    )


def unsafe(reason: str) -> Refused:
    """The refusal of a container that could harm its reader."""
    return Refused(
        "unsafe_container", reason, "通常のExcelまたはCSV", "元のファイルを確かめ、保存し直してください。"
    )
