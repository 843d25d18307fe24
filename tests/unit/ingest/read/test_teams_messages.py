"""Teams messages: channels count, chats between people do not, and the HTML of a body is never looked at."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.teams_messages import read_teams_messages
from tests.unit.ingest.read.chat_files import aside, plain, rows_of, teams_message


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(document: Any, encoding: str = "utf-8") -> Path:
        path = tmp_path / "messages.json"
        path.write_bytes(
            (document if isinstance(document, str) else json.dumps(document, indent=2)).encode(encoding)
        )
        return path

    return write


def left_out(export: Any) -> list[tuple[str, str]]:
    return [
        (r.rule, "".join(c for c in r.message.replace("1対1", "") if c.isdigit())) for r in export.remarks
    ]


def test_a_message_is_who_where_when_in_japanese_time_and_whether_it_answers(written: Any) -> None:
    path = written([teams_message("1"), teams_message("2", ReplyToId="1")])
    assert kind_of(path) == "json"
    first, reply = rows_of(read_teams_messages(path, plain))
    assert first == {
        "channel": "19:abc@thread.tacv2",
        "message_key": "teams/19:abc@thread.tacv2/1",
        "thread_key": "teams/19:abc@thread.tacv2/1",
        "member": "<8ea0e38b>",
        "posted_at": datetime(2026, 6, 1, 9, 30, 0, 123000),
        "is_reply": False,
        "_sheet": "messages",
        "_row": 1,
    }
    assert (reply["is_reply"], reply["thread_key"], reply["_row"]) == (True, first["thread_key"], 2)


def test_the_mail_address_counts_before_the_id(written: Any) -> None:
    path = written([teams_message(From={"User": {"Id": "8ea0", "Mail": "a@b.example"}})])
    assert [r["member"] for r in rows_of(read_teams_messages(path, plain))] == ["<a@b.example>"]


def test_graphs_own_spelling_and_paging_and_replies_below_are_read_alike(written: Any) -> None:
    def camel(value: Any) -> Any:
        if isinstance(value, dict):
            return {key[0].lower() + key[1:]: camel(inner) for key, inner in value.items()}
        return [camel(inner) for inner in value] if isinstance(value, list) else value

    plainly = read_teams_messages(written([teams_message("1"), teams_message("2", ReplyToId="1")]), plain)
    nested = {"value": [camel(teams_message("1", Replies=[teams_message("2", ReplyToId="1")]))]}
    assert rows_of(read_teams_messages(written(nested), plain)) == rows_of(plainly)
    one = read_teams_messages(written(teams_message("1")), plain)
    assert rows_of(one) == rows_of(plainly)[:1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_powershell_writes_is_read_in_any_of_its_encodings(written: Any, encoding: str) -> None:
    path = written([teams_message()], encoding)
    assert kind_of(path) == "json"
    assert read_teams_messages(path, plain).rows.num_rows == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01T00:30:00Z", datetime(2026, 6, 1, 9, 30)),
        ("2026-06-01T09:30:00+09:00", datetime(2026, 6, 1, 9, 30)),
        ("2026-05-31T23:30:00.1234567Z", datetime(2026, 6, 1, 8, 30, 0, 123456)),
        ("/Date(1780270200000)/", datetime(2026, 6, 1, 8, 30)),
    ],
)
def test_every_spelling_of_an_instant_becomes_japanese_time(
    written: Any, text: str, expected: datetime
) -> None:
    (row,) = rows_of(read_teams_messages(written([teams_message(CreatedDateTime=text)]), plain))
    assert row["posted_at"] == expected


def test_system_events_deleted_posts_and_applications_are_no_members_posts(written: Any) -> None:
    nobodys = [
        {"From": None, "MessageType": "unknownFutureValue", "Body": {"Content": "<systemEventMessage/>"}},
        {"MessageType": "systemEventMessage"},
        {"DeletedDateTime": "2026-06-01T00:31:00Z"},
        {"From": {"Application": {"Id": "bot"}, "User": None}},
    ]
    found = read_teams_messages(
        written([teams_message("1"), *(teams_message("2", **m) for m in nobodys)]), plain
    )
    assert (found.rows.num_rows, aside(found), left_out(found)) == (1, [], [("not_a_member_post", "4")])


def test_chats_between_people_are_counted_as_left_out_and_nothing_more(written: Any) -> None:
    chat = teams_message("2", ChannelIdentity=None, ChatId="19:2da4@thread.v2")
    found = read_teams_messages(written([teams_message("1"), chat]), plain)
    assert (found.rows.num_rows, left_out(found)) == (1, [("private_conversation", "1")])


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"CreatedDateTime": "2026-06-01T09:30:00"}, "not_a_timestamp"),
        ({"CreatedDateTime": "2021-03-1706:47:05.123Z"}, "not_a_timestamp"),
        ({"CreatedDateTime": "/Date(99999999999999)/"}, "not_a_timestamp"),
        ({"CreatedDateTime": None}, "not_a_timestamp"),
        ({"From": None}, "unknown_member"),
        ({"From": {"User": {"Id": ""}}}, "unknown_member"),
        ({"ChannelIdentity": None}, "unknown_channel"),
        ({"Id": None}, "no_message_id"),
        ({"Id": "1"}, "duplicate_key"),
    ],
)
def test_what_cannot_be_attributed_is_set_aside_with_its_place(
    written: Any, more: dict[str, Any], rule: str
) -> None:
    found = read_teams_messages(written([teams_message("1"), teams_message("2", **more)]), plain)
    assert (found.rows.num_rows, aside(found)) == (1, [(rule, "messages", (2,), 1)])


@pytest.mark.parametrize("document", ["[{", "[" * 100_000, '{"a": 1}', "[]", '[{"x": 1}]', '"x"'])
def test_what_is_no_teams_export_is_refused(written: Any, document: str) -> None:
    with pytest.raises(Refused) as caught:
        read_teams_messages(written(document), plain)
    assert "MessageType" in caught.value.expected


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["message", "2026-06-01T00:00:00Z"])
)
_ANY = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KEYS = [
    "Id",
    "MessageType",
    "From",
    "ChannelIdentity",
    "ChatId",
    "CreatedDateTime",
    "ReplyToId",
    "DeletedDateTime",
    "Replies",
]


@given(changes=st.lists(st.dictionaries(st.sampled_from(_KEYS), _ANY, max_size=4), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_message_lands_or_is_accounted_for(written: Any, changes: list[dict[str, Any]]) -> None:
    document = [
        teams_message("first"),
        *(teams_message(f"n{n}", **change) for n, change in enumerate(changes)),
    ]
    found = read_teams_messages(written(document), plain)
    replies = [len(c["Replies"]) for c in changes if isinstance(c.get("Replies"), list)]
    counted = sum(int(count) for _, count in left_out(found))
    assert found.rows.num_rows + found.set_aside_count + counted == len(document) + sum(replies)


@given(
    posts=st.lists(
        st.tuples(st.datetimes(datetime(2016, 1, 1), datetime(2090, 1, 1)), st.booleans()),
        min_size=1,
        max_size=9,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_posted_is_read_back(written: Any, posts: list[tuple[datetime, bool]]) -> None:
    messages = [
        teams_message(
            f"{n}", CreatedDateTime=at.isoformat() + "+09:00", ReplyToId="root" if answers else None
        )
        for n, (at, answers) in enumerate(posts)
    ]
    found = rows_of(read_teams_messages(written(messages), plain))
    assert [(r["posted_at"], r["is_reply"]) for r in found] == posts


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_crash_the_reader(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"[{" + data)
    with pytest.raises(Refused):
        read_teams_messages(path, plain)
