"""Slack exports: who posted where and when, and whether it was a reply. Never what was said.

Day files are parsed by DuckDB in memory, many at a time; nothing is unpacked to disk.

Example:
    >>> from pipelines.ingest.read.slack import read_slack
    >>> export = read_slack(Path("export.zip"), pseudonym=lambda identifier: "p")
    >>> export.rows.column("channel")[0].as_py()
    'general'
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.chat_export import ChatExport, Places, Remark
from pipelines.ingest.read.container import opened
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack_days import SetAsideRows, SlackDays, joined
from pipelines.ingest.read.tables import name_of

if TYPE_CHECKING:
    import pyarrow as pa

_DIRECTORIES = ("groups.json", "dms.json", "mpims.json")
BATCH_BYTES = 16 * 2**20
# One day of one channel; a larger one is no day of chat, and would have to fit into memory at once.
MAX_DAY_BYTES = 64 * 2**20
MAX_MESSAGES = 2_000_000
# In a ZIP's local file header, before the name.
_NAME_LENGTHS_AT = 26


@dataclass
class _Found:
    """Names in the archive: what is whose."""

    days: list[tuple[str, str, zipfile.ZipInfo]] = field(default_factory=list)
    private: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


def read_slack(path: Path, pseudonym: Callable[[str], str]) -> ChatExport:
    """Read an export ZIP.

    A day file that is broken is left out and named, so that one bad download does not hide the other
    days; exports overlap, and each stands by itself.

    Args:
        path: the ZIP; the export may lie in a folder inside it.
        pseudonym: turns an e-mail address (or user id where there is none) into a pseudonym; plain
            identifiers do not leave this function.

    Raises:
        Refused: no Slack export, a broken ZIP, broken lists of users or channels, no readable day.
    """
    try:
        with opened(path) as archive:
            return _read(archive, pseudonym)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken("チャットの書き出しの利用者一覧かチャンネル一覧が壊れています。") from error


def _broken(message: str) -> Refused:
    return Refused(
        "broken_json",
        message,
        "Slackの書き出しZIP(channels.json、users.jsonと日ごとのJSON)",
        "Slackの管理画面から書き出し直し、ZIPのまま置いてください。",
    )


def _read(archive: zipfile.ZipFile, pseudonym: Callable[[str], str]) -> ChatExport:
    entries = {name_of(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    roots = [name for name in entries if name.rsplit("/", 1)[-1] == "channels.json"]
    root = min(roots, key=len).removesuffix("channels.json")
    members = _members(json.loads(archive.read(entries[root + "users.json"])), pseudonym)
    found = _sorted_out(archive, entries, root)
    days = SlackDays(members)
    tables: list[pa.Table] = []
    places, lost, large = Places(), [], []
    count = ignored = 0
    for batch, too_large in _batches(archive, found.days):
        part = days.read(batch)
        tables.append(part.rows)
        count += part.rows.num_rows
        ignored += part.ignored
        lost += part.lost
        large += too_large
        _add(places, part.set_aside)
        if count > MAX_MESSAGES:
            raise _too_many()
    if found.days and len(lost) + len(large) == len(found.days):
        raise _broken("チャットの書き出しの、どの日のJSONも読めません。")
    remarks = [
        *_lost(lost, "broken_day_file", "のJSONが壊れている"),
        *_lost(large, "day_too_large", f"が大きすぎる({MAX_DAY_BYTES // 2**20}MB超)"),
        *_unknown_channels(found.unknown),
        *_left_out(ignored, found.private),
    ]
    return ChatExport(joined(tables), places.all(), tuple(remarks))


def _members(users: list[dict[str, Any]], pseudonym: Callable[[str], str]) -> dict[str, str | None]:
    """Pseudonym by account. A bot has an account like anyone; None stands for "counts as nobody"."""
    members: dict[str, str | None] = {"USLACKBOT": None}
    for user in users:
        is_bot = user.get("is_bot") or user["id"] == "USLACKBOT"
        identifier = (user.get("profile") or {}).get("email") or user["id"]
        members[str(user["id"])] = None if is_bot else pseudonym(str(identifier))
    return members


def _sorted_out(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], root: str) -> _Found:
    """Day files of public channels; private conversations and unknown folders are only counted."""
    channels = {str(c["name"]) for c in json.loads(archive.read(entries[root + "channels.json"]))}
    hidden: set[str] = set()
    for name in _DIRECTORIES:
        if root + name in entries:
            listed = json.loads(archive.read(entries[root + name]))
            hidden |= {str(c[k]) for c in listed for k in ("id", "name") if c.get(k)}
    found = _Found()
    for name in sorted(entries):
        channel, _, day = name.removeprefix(root).partition("/")
        if not name.startswith(root) or channel == "__MACOSX" or not day.endswith(".json"):
            continue
        if channel in channels - hidden:
            found.days.append((name.removeprefix(root), channel, entries[name]))
        elif channel in hidden:
            found.private += 1
        else:
            found.unknown[channel] += 1
    return found


def _batches(
    archive: zipfile.ZipFile, days: list[tuple[str, str, zipfile.ZipInfo]]
) -> Iterator[tuple[list[tuple[str, str, bytes]], list[str]]]:
    """Day files as bytes, about 16 MiB at a time, and the names of those that are too large."""
    batch: list[tuple[str, str, bytes]] = []
    too_large: list[str] = []
    size = 0
    for sheet, channel, entry in days:
        if entry.file_size > MAX_DAY_BYTES:
            too_large.append(sheet)
            continue
        batch.append((sheet, channel, _content(archive, entry)))
        size += entry.file_size
        if size >= BATCH_BYTES:
            yield batch, too_large
            batch, too_large, size = [], [], 0
    yield batch, too_large


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A member inflated in one go: `ZipFile.read` takes twice as long, and an export has thousands of them."""
    if entry.compress_type != zipfile.ZIP_DEFLATED or archive.fp is None:
        return archive.read(entry)
    archive.fp.seek(entry.header_offset + _NAME_LENGTHS_AT)
    name_length, extra_length = struct.unpack("<HH", archive.fp.read(4))
    archive.fp.seek(name_length + extra_length, os.SEEK_CUR)
    content = zlib.decompress(archive.fp.read(entry.compress_size), -zlib.MAX_WBITS, entry.file_size)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise zipfile.BadZipFile(entry.filename)
    return content


def _add(places: Places, found: list[SetAsideRows]) -> None:
    for part in found:
        places.add(part.rule, part.sheet, part.rows, len(part.rows))


def _too_many() -> Refused:
    return Refused(
        "too_many_messages",
        f"投稿が{MAX_MESSAGES:,}件を超えています。",
        f"1つの書き出しに{MAX_MESSAGES:,}件まで",
        "期間を分けて(たとえば半年ずつ)書き出し、それぞれのZIPを置いてください。",
    )


def _lost(sheets: list[str], rule: str, reason: str) -> list[Remark]:
    return [
        Remark(
            "error",
            rule,
            f"{sheet} {reason}ため、このチャンネルのこの日の投稿は集計に入っていません(件数不明)。ほかの日は読み取りました。",
            sheet,
            "1日分の投稿のJSON配列",
            '[{"type": "message", "user": "U0000001", "ts": "1780270200.000100"}]',
            "この日を含む期間で、Slackの管理画面から書き出し直してください。",
        )
        for sheet in sheets
    ]


def _unknown_channels(found: Counter[str]) -> list[Remark]:
    return [
        Remark(
            "warning",
            "unknown_channel",
            f"フォルダ「{channel}」({days}日分)はchannels.jsonにないため、読み取っていません。",
            channel,
            "channels.jsonにあるチャンネルの名前のフォルダ",
            "general/2026-06-01.json",
            "フォルダ名を変えた場合は元に戻し、そうでなければ書き出し直してください。",
        )
        for channel, days in found.items()
    ]


def _left_out(ignored: int, private: int) -> list[Remark]:
    remarks = []
    if ignored:
        text = f"参加通知・ボット・削除済みなど、会員の投稿でないもの{ignored}件を除きました。"
        remarks.append(Remark("info", "not_a_member_post", text))
    if private:
        text = f"公開チャンネルではない会話{private}日分は読み取っていません。"
        remarks.append(Remark("info", "private_conversation", text))
    return remarks
