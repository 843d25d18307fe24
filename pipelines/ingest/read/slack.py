"""Slack exports: who posted where and when, and whether it was a reply. Never what was said.

Example:
    >>> from pipelines.ingest.read.slack import read_slack
    >>> export = read_slack(Path("export.zip"), pseudonym=lambda identifier: "p")
    >>> export.messages[0].channel
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.ingest.read.container import opened
from pipelines.ingest.read.refusal import Refused

_EPOCH = datetime(1970, 1, 1)
_TOKYO_OFFSET = timedelta(hours=9)
_MEMBER_SUBTYPES = {None, "thread_broadcast", "me_message", "file_share"}


@dataclass(frozen=True)
class Message:
    """One post, without its text. `row` is its ordinal (1-based) in the day file `sheet`."""

    sheet: str
    row: int
    channel: str
    message_key: str
    thread_key: str
    member: str
    posted_at: datetime
    is_reply: bool


@dataclass(frozen=True)
class SetAside:
    """A post by someone the export does not name."""

    sheet: str
    row: int
    rule: str
    message: str


@dataclass(frozen=True)
class SlackExport:
    """Posts by members, posts set aside, and how much was left out on purpose.

    `ignored_count` entries are no member's post at all; `private_count` day files belong to private
    channels and direct messages, which nobody agreed to have counted.
    """

    messages: tuple[Message, ...]
    set_aside: tuple[SetAside, ...]
    ignored_count: int
    private_count: int


def read_slack(path: Path, pseudonym: Callable[[str], str]) -> SlackExport:
    """Read an export ZIP.

    Args:
        path: the ZIP.
        pseudonym: turns an e-mail address (or user id where there is none) into a pseudonym; plain
            identifiers do not leave this function.

    Raises:
        Refused: no Slack export, a broken ZIP or broken JSON.
    """
    try:
        with opened(path) as archive:
            return _read(archive, pseudonym)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(
            "broken_json",
            "チャットの書き出しの中のJSONが壊れています。",
            "Slackの書き出しZIP",
            "Slackの管理画面から書き出し直してください。",
        ) from error


def _read(archive: zipfile.ZipFile, pseudonym: Callable[[str], str]) -> SlackExport:
    names = archive.namelist()
    root = next(n for n in names if n.rsplit("/", 1)[-1] == "channels.json").removesuffix("channels.json")
    # A bot has an account like anyone; None stands for "counts as nobody".
    members: dict[str, str | None] = {"USLACKBOT": None}
    for user in json.loads(archive.read(root + "users.json")):
        is_bot = user.get("is_bot") or user["id"] == "USLACKBOT"
        identifier = user.get("profile", {}).get("email") or user["id"]
        members[user["id"]] = None if is_bot else pseudonym(identifier)
    channels = {channel["name"] for channel in json.loads(archive.read(root + "channels.json"))}
    messages: list[Message] = []
    aside: list[SetAside] = []
    ignored = private = 0
    for name in sorted(names):
        channel, _, day = name.removeprefix(root).partition("/")
        if not day.endswith(".json"):
            continue
        if channel not in channels:
            private += 1
            continue
        for row, entry in enumerate(json.loads(archive.read(name)), start=1):
            found = _message(name.removeprefix(root), row, channel, entry, members)
            if isinstance(found, Message):
                messages.append(found)
            elif found is not None:
                aside.append(found)
            else:
                ignored += 1
    return SlackExport(tuple(messages), tuple(aside), ignored, private)


def _message(
    sheet: str, row: int, channel: str, entry: dict[str, Any], members: dict[str, str | None]
) -> Message | SetAside | None:
    if entry.get("type") != "message" or entry.get("subtype") not in _MEMBER_SUBTYPES or entry.get("bot_id"):
        return None
    user = entry.get("user")
    if user not in members:
        return SetAside(sheet, row, "unknown_member", "投稿者が利用者一覧(users.json)にありません。")
    member = members[user]
    if member is None:
        return None
    try:
        posted_at = _EPOCH + timedelta(microseconds=round(float(entry["ts"]) * 1_000_000)) + _TOKYO_OFFSET
    except (KeyError, ValueError, OverflowError):
        return SetAside(sheet, row, "not_a_timestamp", "投稿日時(ts)を読めません。")
    thread = str(entry.get("thread_ts") or entry["ts"])
    # ts repeats across messages, so it is a key only together with channel and author.
    return Message(
        sheet=sheet,
        row=row,
        channel=channel,
        message_key=f"{channel}/{entry['ts']}/{member}",
        thread_key=f"{channel}/{thread}",
        member=member,
        posted_at=posted_at,
        is_reply=thread != str(entry["ts"]),
    )
