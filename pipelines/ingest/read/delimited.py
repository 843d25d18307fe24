"""Delimited text: UTF-8 with and without BOM, UTF-16, CP932; comma, tab or semicolon.

Example:
    >>> from pipelines.ingest.read.delimited import read_delimited_file
    >>> grid = read_delimited_file(Path("落札一覧.csv"))
    >>> grid.rows[0]
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused

SHEET = "CSV"
# A table of this size takes a gigabyte or more as cells.
MAX_BYTES = 64 * 2**20
MAX_LINES = 1_000_000
# LINE WORKS writes this line, and a reason after it, where a download stopped; a talk may mention it.
_STOPPED = re.compile(r'^"?downloadLogs error', re.MULTILINE)
_SAMPLE_BYTES = 2**20


def read_delimited_file(path: Path) -> Grid:
    """Read a file of delimited text; one beyond the limit is refused before a byte of it is read.

    Raises:
        Refused: as `read_delimited`, or too large.
    """
    _check_size(path.stat().st_size)
    return read_delimited(path.read_bytes())


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise _too_large(f"{size / 2**20:,.0f}MB")


def _too_large(size: str) -> Refused:
    return Refused(
        "file_too_large",
        f"ファイルが大きすぎます({size})。",
        f"{MAX_BYTES // 2**20}MB、{MAX_LINES:,}行までのCSV",
        "期間や団体で分け、いくつかのファイルにして送ってください。",
    )


def decode(data: bytes) -> str:
    """Decode by byte order mark, then strict UTF-8, then CP932 (never shift_jis, which lacks ① and 髙).

    Raises:
        Refused: none of them fits, or UTF-8 in which a few characters are damaged: as CP932 it would be
            readable rubbish.
    """
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and _is_mostly_utf8(data):
                raise _damaged(data, error.start) from error
    raise Refused(
        "unknown_encoding",
        "文字コードを判断できません。",
        "UTF-8またはCP932(Windows日本語)のCSV",
        "Excelで開き「CSV UTF-8(コンマ区切り)」で保存し直してください。",
    )


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether Japanese reads as UTF-8 but for a few places; text in CP932 has hardly a valid place."""
    text = data[:_SAMPLE_BYTES].decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(1 for c in text if "\u3000" <= c < "\ufffd") > 10 * damaged


def _damaged(data: bytes, position: int) -> Refused:
    line = data.count(b"\n", 0, position) + 1
    return Refused(
        "damaged_characters",
        f"{line}行目に壊れた文字があります(UTF-8として読めません)。",
        "最後まで正しく保存されたUTF-8のCSV",
        f"元のソフトで書き出し直すか、{line}行目の文字を入力し直してください。",
    )


def read_delimited(data: bytes) -> Grid:
    """Read delimited text as one grid; a record with newlines in quotes keeps its first line's number.

    Raises:
        Refused: too large, NUL bytes, an unknown encoding, or an unclosed quote.
    """
    _check_size(len(data))
    text = decode(data)
    if "\x00" in text:
        raise Refused(
            "nul_bytes", "文字ではないデータが混ざっています。", "CSV", "元のソフトで書き出し直してください。"
        )
    if _STOPPED.search(text[-2_000:]):
        raise Refused(
            "incomplete_download",
            "ダウンロードが途中で止まったファイルです(最後の行が downloadLogs error)。",
            "最後まで取得したファイル",
            "期間を短くして、もう一度ダウンロードしてください。",
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows, numbers, line = [], [], 1
    try:
        for record in reader:
            rows.append(tuple(cell if cell != "" else None for cell in record))
            numbers.append(line)
            line = reader.line_num + 1
            if len(rows) > MAX_LINES:
                raise _too_large(f"{MAX_LINES:,}行超")
    except csv.Error as error:
        raise Refused(
            "broken_quotes",
            f'{line}行目の引用符(")の対応が取れていません。',
            "引用符の対応が取れたCSV",
            f"{line}行目の引用符を確かめてください。",
        ) from error
    return Grid(sheet=SHEET, rows=tuple(rows), row_numbers=tuple(numbers))


def _delimiter(text: str) -> str:
    """The separator that gives most records the same number of columns: cells may hold the others.

    Shares and not numbers are compared: a table pasted into one cell has more lines than the file has records.
    """
    lines = text[:10_000].splitlines()[:50]

    def records_alike(delimiter: str) -> tuple[float, int]:
        records = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        widths = Counter(len(row) for row in records if len(row) > 1)
        alike = ((count / len(records), width) for width, count in widths.items())
        return max(alike, default=(0, 0))

    return max(",\t;", key=records_alike)
