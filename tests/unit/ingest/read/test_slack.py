"""Chat exports. What people wrote to each other is none of the evaluation's business and must never be stored."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack import read_slack
from pipelines.ingest.segments import write_segment

USERS: list[dict[str, Any]] = [
    {"id": "U1", "name": "hanako", "profile": {"email": "hanako@town.example", "real_name": "架空 花子"}},
    {"id": "U2", "name": "taro", "profile": {}},
    {"id": "B1", "name": "remind", "is_bot": True, "profile": {}},
]
SECRET = "極秘の相談本文XYZZY"


def post(user: str | None, ts: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "text": SECRET, "ts": ts} | ({"user": user} if user else {}) | more


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    def write(*entries: Any, root: str = "", **more: Any) -> Path:
        parts = {
            "channels.json": [{"id": "C1", "name": "general"}],
            "users.json": USERS,
            "general/2026-06-01.json": list(entries),
        } | more
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, value in parts.items():
                if value is not None:
                    archive.writestr(root + name, value if isinstance(value, str) else json.dumps(value))
        return path

    return write


def plain(identifier: str) -> str:
    return f"<{identifier}>"


def test_a_post_is_who_where_when_in_japanese_time_and_whether_it_answers(
    export: Callable[..., Path],
) -> None:
    first, reply = read_slack(
        export(post("U1", "1780270200.000100"), post("U2", "1780273800.5", thread_ts="1780270200.000100")),
        plain,
    ).messages
    assert (first.member, first.channel, first.posted_at) == (
        "<hanako@town.example>",
        "general",
        datetime(2026, 6, 1, 8, 30, 0, 100),
    )
    assert (first.is_reply, reply.is_reply) == (False, True)
    assert reply.thread_key == first.thread_key
    assert reply.member == "<U2>", "without an address the account itself"


def test_two_posts_of_one_instant_by_two_people_stay_two(export: Callable[..., Path]) -> None:
    found = read_slack(
        export(post("U1", "1780270200.000100"), post("U2", "1780270200.000100")), plain
    ).messages
    assert len({m.message_key for m in found}) == 2


@pytest.mark.parametrize(
    "entry",
    [
        post("U1", "1.0", subtype="channel_join"),
        post(None, "1.0", subtype="bot_message", bot_id="B1"),
        post("U1", "1.0", bot_id="B1"),
        post("B1", "1.0"),
        post("USLACKBOT", "1.0"),
        post("U1", "1.0", subtype="tombstone"),
        {"type": "event", "ts": "1.0"},
    ],
)
def test_joins_bots_and_tombstones_are_no_members_posts(
    export: Callable[..., Path], entry: dict[str, Any]
) -> None:
    found = read_slack(export(entry, post("U1", "1780270200.0")), plain)
    assert (len(found.messages), len(found.set_aside), found.ignored_count) == (1, 0, 1)


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (post("U9", "1780270200.0"), "unknown_member"),
        (post(None, "1780270200.0"), "unknown_member"),
        (post("U1", "昨日"), "not_a_timestamp"),
        (post("U1", "nan"), "not_a_timestamp"),
        (post("U1", "1e300"), "not_a_timestamp"),
    ],
)
def test_a_post_that_cannot_be_attributed_is_set_aside_with_its_place(
    export: Callable[..., Path], entry: dict[str, Any], rule: str
) -> None:
    found = read_slack(export(post("U1", "1780270200.0"), entry), plain)
    (aside,) = found.set_aside
    assert (aside.rule, aside.sheet, aside.row) == (rule, "general/2026-06-01.json", 2)


def test_private_channels_and_direct_messages_are_left_out_and_said(export: Callable[..., Path]) -> None:
    path = export(
        post("U1", "1780270200.0"),
        **{
            "groups.json": [{"id": "G1", "name": "secret"}],
            "secret/2026-06-01.json": [post("U1", "1780270300.0")],
        },
    )
    assert (len(read_slack(path, plain).messages), read_slack(path, plain).private_count) == (1, 1)
    outcome = conform_file(FileJob("f" * 64, "chat_activity", path, path.name, sample_key()))
    assert "private_conversation" in {f.rule for f in outcome.findings}


def test_an_export_inside_a_folder_is_read_alike(export: Callable[..., Path]) -> None:
    assert len(read_slack(export(post("U1", "1780270200.0"), root="書き出し/"), plain).messages) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"users.json": None},
        {"users.json": "{"},
        {"general/2026-06-01.json": "[1]"},
        {"general/2026-06-01.json": '[{"type": "mess'},
        {"users.json": "[" * 100_000},
    ],
)
def test_a_broken_export_is_refused_whole(export: Callable[..., Path], more: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        read_slack(export(**more), plain)
    assert caught.value.rule == "broken_json"


def test_a_real_export_gives_its_members_posts(real_files: Path) -> None:
    """158 entries: 52 by members (49 and 3 with a file), the others joins, bots and a comment on a file."""
    found = read_slack(real_files / "slack_export_testarchive.zip", plain)
    assert (len(found.messages), len(found.set_aside), found.ignored_count) == (52, 0, 106)
    assert {m.sheet.split("/")[0] for m in found.messages} <= {"enrique", "traveling-sailor"}


def _landed_bytes(path: Path, landed: Path) -> bytes:
    outcome = conform_file(FileJob("f" * 64, "chat_activity", path, path.name, sample_key()))
    assert outcome.counts[0].rows_landed > 0
    write_segment(landed, "rows-test", [outcome])
    for file in landed.rglob("*.parquet"):
        # Written again without compression, so that no text can hide in it.
        import pyarrow.parquet as pq

        pq.write_table(pq.read_table(file), file, compression="none", use_dictionary=False)
    return b"".join(file.read_bytes() for file in sorted(landed.rglob("*")) if file.is_file())


def test_no_text_name_address_or_account_reaches_the_landed_bytes(
    export: Callable[..., Path], tmp_path: Path
) -> None:
    path = export(
        post("U1", "1780270200.0"), post("U9", "1780270300.0"), post(None, "1.0", subtype="bot_message")
    )
    data = _landed_bytes(path, tmp_path / "landed")
    assert sample_key().pseudonym("hanako@town.example").encode() in data, "the search must be able to find"
    for secret in (SECRET, "XYZZY", "hanako", "town.example", "花子", "U1", "taro"):
        assert secret.encode() not in data, secret


def test_no_text_of_a_real_export_reaches_the_landed_bytes(real_files: Path, tmp_path: Path) -> None:
    path = real_files / "slack_export_testarchive.zip"
    data = _landed_bytes(path, tmp_path / "landed")
    with zipfile.ZipFile(path) as archive:
        days = [json.loads(archive.read(n)) for n in archive.namelist() if "/" in n and n.endswith(".json")]
        users = json.loads(archive.read("users.json"))
    texts = {e.get("text", "") for day in days for e in day if len(e.get("text", "")) >= 8}
    names = {u.get("profile", {}).get("email") or u["id"] for u in users}
    assert len(texts) > 50
    assert [t for t in texts | names if t.encode() in data] == []
