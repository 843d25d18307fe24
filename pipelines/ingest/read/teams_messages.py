"""Teams messages as JSON (Microsoft Graph, or PowerShell's `Get-MgTeamChannelMessage | ConvertTo-Json`).

Example:
    >>> from pipelines.ingest.read.teams_messages import read_teams_messages
    >>> export = read_teams_messages(Path("messages.json"), pseudonym=lambda identifier: "p")
    >>> export.rows.column("is_reply")[0].as_py()
    False
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.ingest.read.chat_export import (
    NOT_A_MEMBERS_POST,
    PRIVATE,
    ChatExport,
    Collector,
    Rule,
    message_schema,
)
from pipelines.ingest.read.chat_time import in_tokyo
from pipelines.ingest.read.delimited import decode
from pipelines.ingest.read.refusal import Refused

SHEET = "messages"
MAX_BYTES = 256 * 2**20
# Windows PowerShell 5 writes instants as milliseconds since 1970.
_OLD_POWERSHELL = re.compile(r"/Date\((-?\d{1,14})\)/", re.ASCII)
# No clock has written this year yet.
_NEVER = 2100
_FRACTION = re.compile(r"\.(\d{6})\d+")

_EXPECTED = "Teamsの投稿のJSON(MessageType、CreatedDateTime、Fromを含む)"
_SUGGESTION = "Teamsから取得し直してください。"
NO_TIME = Rule(
    "not_a_timestamp",
    "投稿日時(CreatedDateTime)を読めない投稿",
    "時間帯のついた日時(UTC)",
    '"CreatedDateTime": "2026-06-01T00:30:00Z"',
    _SUGGESTION,
)
NOBODY = Rule(
    "unknown_member",
    "投稿者(From)の分からない投稿",
    "From.User.Id",
    '"From": {"User": {"Id": "8ea0e38b-…"}}',
    _SUGGESTION,
)
NO_PLACE = Rule(
    "unknown_channel",
    "チャンネル(ChannelIdentity)もチャット(ChatId)も書かれていない投稿",
    "ChannelIdentity.ChannelId",
    '"ChannelIdentity": {"TeamId": "…", "ChannelId": "19:…@thread.tacv2"}',
    _SUGGESTION,
)
NO_ID = Rule("no_message_id", "投稿の番号(Id)のない投稿", "Id", '"Id": "1616990032035"', _SUGGESTION)
NOT_A_MESSAGE = Rule(
    "not_a_message",
    "投稿の形をしていないもの",
    "Id、CreatedDateTime、Fromを持つ投稿",
    '{"Id": "…"}',
    _SUGGESTION,
)
TWICE = Rule(
    "duplicate_key", "同じ番号(Id)の2件目以降", "投稿ごとに異なるId", '"Id": "1616990032035"', _SUGGESTION
)


def read_teams_messages(path: Path, pseudonym: Callable[[str], str]) -> ChatExport:
    """Read messages of channels; chats between individuals are counted as left out, texts are not looked at.

    Keys may be in PascalCase (PowerShell) or camelCase (Graph). Replies may stand beside their
    message or below it (`Replies`). A person is the mail address where one is given, else `From.User.Id`.

    Args:
        path: an array of messages, an object with `value`, or one message.
        pseudonym: turns an identifier into a pseudonym.

    Raises:
        Refused: broken JSON, too large, or nothing that looks like a message.
    """
    if path.stat().st_size > MAX_BYTES:
        raise _unreadable("ファイルが大きすぎます。", "期間を分けて取得してください。")
    try:
        messages = _messages(_lowered(json.loads(decode(path.read_bytes()))))
    except (ValueError, RecursionError) as error:
        raise _unreadable("TeamsのJSONが壊れているか、途中で切れています。", _SUGGESTION) from error
    if not any("messagetype" in m for m in messages if isinstance(m, dict)):
        raise Refused(
            "unknown_chat_export",
            "チャットの投稿(MessageType)が見つからないJSONです。",
            _EXPECTED,
            _SUGGESTION,
        )
    collector = Collector(message_schema())
    seen: set[str] = set()
    for number, message in enumerate(messages, start=1):
        _take(message, number, collector, seen, pseudonym)
    return collector.export()


def _unreadable(message: str, suggestion: str) -> Refused:
    return Refused("broken_json", message, _EXPECTED, suggestion)


def _lowered(value: Any) -> Any:
    """The value with its keys in lower case; PowerShell and Graph differ only in that."""
    if isinstance(value, dict):
        return {str(key).lower(): _lowered(inner) for key, inner in value.items()}
    return [_lowered(inner) for inner in value] if isinstance(value, list) else value


def _messages(document: Any) -> list[Any]:
    """Every message with the replies below it, in the order of the file."""
    if isinstance(document, dict):
        document = document["value"] if isinstance(document.get("value"), list) else [document]
    if not isinstance(document, list):
        return []
    found: list[Any] = []
    for message in document:
        found.append(message)
        replies = message.get("replies") if isinstance(message, dict) else None
        found += replies if isinstance(replies, list) else []
    return found


def _take(
    message: Any, number: int, collector: Collector, seen: set[str], pseudonym: Callable[[str], str]
) -> None:
    if not isinstance(message, dict):
        collector.set_aside(NOT_A_MESSAGE, SHEET, number)
        return
    if message.get("messagetype") != "message" or message.get("deleteddatetime") or _by_application(message):
        collector.left_out[NOT_A_MEMBERS_POST] += 1
        return
    if not _text(message, "channelidentity", "channelid") and message.get("chatid"):
        collector.left_out[PRIVATE] += 1
        return
    values = _values(message, pseudonym)
    if isinstance(values, Rule):
        collector.set_aside(values, SHEET, number)
    elif values["message_key"] in seen:
        collector.set_aside(TWICE, SHEET, number)
    else:
        seen.add(values["message_key"])
        collector.land(SHEET, number, **values)


def _values(message: dict[str, Any], pseudonym: Callable[[str], str]) -> dict[str, Any] | Rule:
    channel = _text(message, "channelidentity", "channelid")
    if not channel:
        return NO_PLACE
    user = next(
        (u for n in ("mail", "email", "userprincipalname", "id") if (u := _text(message, "from", "user", n))),
        "",
    )
    if not user:
        return NOBODY
    number, parent = _text(message, "id"), _text(message, "replytoid")
    if not number:
        return NO_ID
    posted_at = _instant(_text(message, "createddatetime"))
    if posted_at is None:
        return NO_TIME
    return {
        "channel": channel,
        "message_key": f"teams/{channel}/{number}",
        "thread_key": f"teams/{channel}/{parent or number}",
        "member": pseudonym(user),
        "posted_at": posted_at,
        "is_reply": bool(parent) and parent != number,
    }


def _by_application(message: dict[str, Any]) -> bool:
    sender = message.get("from")
    return isinstance(sender, dict) and not sender.get("user") and bool(sender.get("application"))


def _text(node: Any, *path: str) -> str:
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return str(node).strip() if isinstance(node, (str, int)) and not isinstance(node, bool) else ""


def _instant(text: str) -> datetime | None:
    """Asia/Tokyo local time; an instant without a time zone is not guessed."""
    try:
        if match := _OLD_POWERSHELL.fullmatch(text):
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(match[1]))
        else:
            moment = datetime.fromisoformat(_FRACTION.sub(r".\1", text))
        return in_tokyo(moment) if moment.tzinfo and moment.year < _NEVER else None
    except (ValueError, OverflowError):
        return None
