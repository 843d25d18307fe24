"""Chat exports of every tool in their real shapes, as bytes and files. Texts, names and addresses are invented."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SECRET = "極秘の相談本文XYZZY"
MAIL, NAME = "hanako@town.example", "架空 花子"
SECRETS = (SECRET, "XYZZY", "hanako", "town.example", "花子")
INSTANT = "1780270200.000100"  # 2026-06-01 08:30:00 in Japan

USERS: list[dict[str, Any]] = [
    {"id": "U1", "name": "hanako", "profile": {"email": MAIL, "real_name": NAME}},
    {"id": "U2", "name": "taro", "profile": {}},
    {"id": "B1", "name": "remind", "is_bot": True, "profile": {}},
]


def plain(identifier: str) -> str:
    """Instead of a pseudonym, so that tests see whom the reader found."""
    return f"<{identifier}>"


def post(user: Any, ts: Any, **more: Any) -> dict[str, Any]:
    return {"type": "message", "text": SECRET, "ts": ts} | ({"user": user} if user is not None else {}) | more


def write_slack(path: Path, *entries: Any, root: str = "", **more: Any) -> Path:
    """An export ZIP with one public channel; `more` adds or replaces members, None leaves one out."""
    parts = {
        "channels.json": [{"id": "C1", "name": "general"}],
        "users.json": USERS,
        "general/2026-06-01.json": list(entries),
    } | more
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in parts.items():
            if value is not None:
                archive.writestr(
                    root + name, value if isinstance(value, str | bytes) else json.dumps(value, indent=4)
                )
    return path


def person_day(**more: Any) -> dict[str, Any]:
    """One line of Slack's member analytics."""
    return {
        "enterprise_id": "E1",
        "date": "2026-06-01",
        "user_id": "U1",
        "email_address": MAIL,
        "is_guest": False,
        "is_billable_seat": True,
        "is_active": True,
        "reactions_added_count": 2,
        "messages_posted_count": 5,
        "channel_messages_posted_count": 3,
        "files_added_count": 1,
        "is_active_apps": False,
        "slack_huddles_count": 0,
    } | more


def write_analytics(path: Path, *lines: Any, is_gzip: bool = True) -> Path:
    data = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines).encode()
    path.write_bytes(gzip.compress(data) if is_gzip else data)
    return path


def teams_message(number: str = "1616990032035", **more: Any) -> dict[str, Any]:
    """A message as PowerShell writes it: keys in alphabetical order, the body before the type."""
    return {
        "Attachments": [],
        "Body": {"Content": f"<div>{SECRET}</div>", "ContentType": "html"},
        "ChannelIdentity": {"ChannelId": "19:abc@thread.tacv2", "TeamId": "fbe2bf47"},
        "ChatId": None,
        "CreatedDateTime": "2026-06-01T00:30:00.123Z",
        "DeletedDateTime": None,
        "From": {
            "Application": None,
            "Device": None,
            "User": {"DisplayName": NAME, "Id": "8ea0e38b", "UserIdentityType": "aadUser"},
        },
        "Id": number,
        "MessageType": "message",
        "ReplyToId": None,
    } | more


USAGE_HEADINGS = next(
    csv.reader(
        [
            "Report Refresh Date,Tenant Display Name,Shared Channel Tenant Display Names,User Id,User Principal Name,"
            "Last Activity Date,Is Deleted,Deleted Date,Assigned Products,Team Chat Message Count,Private Chat Message Count,"
            "Call Count,Meeting Count,Post Messages,Reply Messages,Urgent Messages,Meetings Organized Count,"
            "Meetings Attended Count,Ad Hoc Meetings Organized Count,Ad Hoc Meetings Attended Count,"
            "Scheduled One-time Meetings Organized Count,Scheduled One-time Meetings Attended Count,"
            "Scheduled Recurring Meetings Organized Count,Scheduled Recurring Meetings Attended Count,Audio Duration,"
            "Video Duration,Screen Share Duration,Audio Duration In Seconds,Video Duration In Seconds,"
            "Screen Share Duration In Seconds,Has Other Action,Is Licensed,Report Period"
        ]
    )
)


def usage_row(**more: Any) -> list[Any]:
    """One line of the Teams usage report; `more` by heading with _ for spaces."""
    values: dict[str, Any] = {
        "Report Refresh Date": "2026-06-08",
        "User Id": "8ea0e38b",
        "User Principal Name": MAIL,
        "Last Activity Date": "2026-06-05",
        "Is Deleted": "False",
        "Team Chat Message Count": 4,
        "Private Chat Message Count": 7,
        "Call Count": 1,
        "Meeting Count": 2,
        "Post Messages": 3,
        "Reply Messages": 1,
        "Urgent Messages": 0,
        "Audio Duration": "PT0S",
        "Has Other Action": "No",
        "Is Licensed": "Yes",
        "Report Period": 30,
    } | {name.replace("_", " "): value for name, value in more.items()}
    return [values.get(heading, "") for heading in USAGE_HEADINGS]


LINE_WORKS_HEADINGS = ["日時", "送信者", "受信者", "トークルームID", "トーク"]


def talk(at: str = "2026-06-01 08:30:00", **more: str) -> list[str]:
    """One line of the LINE WORKS audit log, in a room of three."""
    values = {
        "sender": f"{NAME}({MAIL})",
        "receivers": "次郎(jiro@a.example),三郎(saburo@a.example)",
        "room": "21228435",
    }
    values |= {"text": f"{SECRET}\n2行目"} | more
    return [at, values["sender"], values["receivers"], values["room"], values["text"]]


def as_csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    from openpyxl import Workbook

    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    workbook.save(path)
    return path


def rows_of(export: Any) -> list[dict[str, Any]]:
    """The lines of an export as Python rows."""
    rows: list[dict[str, Any]] = export.rows.to_pylist()
    return rows


def aside(export: Any) -> list[tuple[str, str, tuple[int, ...], int]]:
    """What was set aside, in short."""
    return [(part.rule.name, part.sheet, part.rows, part.count) for part in export.set_aside]


def remarks(export: Any) -> set[str]:
    return {remark.rule for remark in export.remarks}


Writer = Callable[..., Path]
