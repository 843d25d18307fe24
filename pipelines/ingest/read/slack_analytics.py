"""Slack member analytics: counts per person and UTC day, as gzip or plain lines of JSON.

Example:
    >>> from pipelines.ingest.read.slack_analytics import read_slack_analytics
    >>> export = read_slack_analytics(Path("analytics.json.gz"), pseudonym=lambda identifier: "p")
    >>> export.rows.column("message_count")[0].as_py()
    3
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.chat_export import ChatExport, Collector, Rule, counts_only
from pipelines.ingest.read.container import truncated, unsafe
from pipelines.ingest.read.refusal import Refused

if TYPE_CHECKING:
    import pyarrow as pa

SHEET = "analytics"
MAX_BYTES = 512 * 2**20
MAX_LINE_BYTES = 2**20
_COUNTS = {
    "message_count": "messages_posted_count",
    "channel_message_count": "channel_messages_posted_count",
    "reaction_count": "reactions_added_count",
    "file_count": "files_added_count",
}
_SUGGESTION = "Slackの管理画面から、この日の分析データ(メンバー)を取得し直してください。"
BROKEN_LINE = Rule(
    "broken_line",
    "JSONとして読めない行、または数が数でない行",
    "1行に1人分のJSON",
    '{"date": "2026-06-01", "user_id": "U0000001", "messages_posted_count": 3}',
    _SUGGESTION,
)
NO_UTC_DATE = Rule(
    "no_utc_date", "日付(date)を読めない行", "YYYY-MM-DDの日付(UTC)", '"date": "2026-06-01"', _SUGGESTION
)
NOBODY = Rule(
    "unknown_member",
    "利用者(email_address、user_id)のない行",
    "email_addressまたはuser_id",
    '"user_id": "U0000001"',
    _SUGGESTION,
)
TWICE = Rule(
    "duplicate_key", "同じ利用者・同じ日の2行目以降", "1人1日1行", '"user_id": "U0000001"', _SUGGESTION
)


def daily_schema() -> pa.Schema:
    """Arrow schema: a person's counts on one UTC day."""
    import pyarrow as pa

    fields = [("utc_date", pa.date32()), ("member", pa.string())]
    fields += [("is_guest", pa.bool_()), ("is_active", pa.bool_())]
    return pa.schema(
        fields + [(name, pa.int64()) for name in _COUNTS] + [("_sheet", pa.string()), ("_row", pa.int64())]
    )


def read_slack_analytics(path: Path, pseudonym: Callable[[str], str]) -> ChatExport:
    """Read one day's member analytics; people who did nothing that day are rows too.

    The day is a UTC day (from 9:00 to 9:00 in Japan) and stays one.

    Args:
        path: gzip or plain NDJSON.
        pseudonym: turns an e-mail address (or user id where there is none) into a pseudonym.

    Raises:
        Refused: truncated, not member analytics, or larger than any day can be.
    """
    collector = Collector(daily_schema())
    seen: set[tuple[date, str]] = set()
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        values = _values(line, pseudonym)
        if isinstance(values, Rule):
            collector.set_aside(values, SHEET, number)
            continue
        key = (values["utc_date"], values["member"])
        if key in seen:
            collector.set_aside(TWICE, SHEET, number)
            continue
        seen.add(key)
        collector.land(SHEET, number, **values)
    if not len(collector):
        raise not_member_analytics()
    collector.remarks.append(counts_only("1日は日本時間の9時から翌日9時"))
    return collector.export()


def is_slack_analytics(path: Path) -> bool:
    """Whether the first line is one of Slack's: gzip is taken at its word, nothing else here is gzip."""
    with path.open("rb") as file:
        head = file.read(4096)
    return head.startswith(b"\x1f\x8b") or b'"messages_posted_count"' in head.split(b"\n")[0]


def not_member_analytics() -> Refused:
    """The refusal of lines that hold no person's day: channel analytics, or something else."""
    return Refused(
        "unknown_chat_export",
        "Slackの分析データとして読める、メンバーごとの件数の行がありません。",
        "種類がメンバー(member)の分析データ。1行に date、user_id、messages_posted_count など",
        "チャンネルの分析データではなく、メンバーの分析データを取得してください。",
    )


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    total = 0
    try:
        with gzip.open(path) if is_gzip else path.open("rb") as lines:
            while line := lines.readline(MAX_LINE_BYTES):
                total += len(line)
                if total > MAX_BYTES:
                    raise unsafe("展開後の大きさが上限を超えています。")
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise truncated() from error


def _values(line: bytes, pseudonym: Callable[[str], str]) -> dict[str, Any] | Rule:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return BROKEN_LINE
    if not isinstance(entry, dict):
        return BROKEN_LINE
    try:
        utc_date = date.fromisoformat(str(entry.get("date")))
    except ValueError:
        return NO_UTC_DATE
    identifier = entry.get("email_address") or entry.get("user_id")
    if not isinstance(identifier, str) or not identifier.strip():
        return NOBODY
    counts = {name: entry.get(key, 0 if name != "message_count" else None) for name, key in _COUNTS.items()}
    if not all(type(count) is int and 0 <= count < 2**53 for count in counts.values()):
        return BROKEN_LINE
    flags = {name: bool(entry.get(name)) for name in ("is_guest", "is_active")}
    return {"utc_date": utc_date, "member": pseudonym(identifier)} | flags | counts
