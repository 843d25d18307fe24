"""Slack exports. What people wrote to each other is none of the evaluation's business and must never be stored."""

from __future__ import annotations

import json
import string
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.read import slack
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack import read_slack
from tests.unit.ingest.read.chat_files import (
    INSTANT,
    USERS,
    aside,
    plain,
    post,
    remarks,
    rows_of,
    write_slack,
)

DAY = "general/2026-06-01.json"


@pytest.fixture
def zipped(tmp_path: Path) -> Any:
    return lambda *entries, **more: write_slack(tmp_path / "export.zip", *entries, **more)


def said(export: Any, rule: str) -> str:
    return "".join(r.message for r in export.remarks if r.rule == rule)


def test_a_post_is_who_where_when_in_japanese_time_and_whether_it_answers(zipped: Any) -> None:
    first, reply = rows_of(
        read_slack(zipped(post("U1", INSTANT), post("U2", "1780273800.5", thread_ts=INSTANT)), plain)
    )
    assert (first["member"], first["channel"], first["posted_at"]) == (
        "<hanako@town.example>",
        "general",
        datetime(2026, 6, 1, 8, 30, 0, 100),
    )
    assert (first["is_reply"], reply["is_reply"]) == (False, True)
    assert reply["thread_key"] == first["thread_key"]
    assert reply["member"] == "<U2>", "without an address the account itself"
    assert (reply["_sheet"], reply["_row"]) == (DAY, 2)


def test_two_posts_of_one_instant_stay_two_whoever_wrote_them(zipped: Any) -> None:
    found = rows_of(read_slack(zipped(*[post(u, INSTANT) for u in ("U1", "U2", "U1", "U1")]), plain))
    assert [m["message_key"] for m in found] == [
        f"general/{INSTANT}/<hanako@town.example>",
        f"general/{INSTANT}/<U2>",
        f"general/{INSTANT}/<hanako@town.example>#2",
        f"general/{INSTANT}/<hanako@town.example>#3",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        post("U1", "1.0", subtype="channel_join"),
        post(None, "1.0", subtype="bot_message", bot_id="B1"),
        post("U1", "1.0", bot_id="B1"),
        post("B1", "1.0"),
        post("USLACKBOT", "1.0"),
        post("U1", "1.0", subtype="tombstone"),
        post("U9", "1.0", subtype="channel_join"),
        {"type": "event", "ts": "1.0"},
    ],
)
def test_joins_bots_and_tombstones_are_no_members_posts(zipped: Any, entry: dict[str, Any]) -> None:
    found = read_slack(zipped(entry, post("U1", INSTANT)), plain)
    assert (found.rows.num_rows, aside(found)) == (1, [])
    assert "もの1件" in said(found, "not_a_member_post")


@pytest.mark.parametrize(
    "more", [{"subtype": s} for s in ("thread_broadcast", "me_message", "file_share", None)]
)
def test_these_are_members_posts(zipped: Any, more: dict[str, Any]) -> None:
    assert (
        read_slack(zipped(post("U1", INSTANT, bot_id=None, thread_ts=None, **more)), plain).rows.num_rows == 1
    )


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (post("U9", INSTANT), "unknown_member"),
        (post(None, INSTANT), "unknown_member"),
        (post("U1", "昨日"), "not_a_timestamp"),
        (post("U1", "nan"), "not_a_timestamp"),
        (post("U1", "1e300"), "not_a_timestamp"),
        (post("U1", "-5.0"), "not_a_timestamp"),
        (post("U1", None), "not_a_timestamp"),
        (1, "not_a_message"),
        (None, "not_a_message"),
    ],
)
def test_a_post_that_cannot_be_attributed_is_set_aside_with_its_place(
    zipped: Any, entry: Any, rule: str
) -> None:
    found = read_slack(zipped(post("U1", INSTANT), entry), plain)
    assert (found.rows.num_rows, aside(found)) == (1, [(rule, DAY, (2,), 1)])


def test_a_number_that_stands_for_a_time_is_read_like_its_text(zipped: Any) -> None:
    (found,) = rows_of(read_slack(zipped(post("U1", 1780270200)), plain))
    assert found["posted_at"] == datetime(2026, 6, 1, 8, 30)


def test_many_posts_of_one_fault_are_one_part_with_the_first_places_and_the_count(zipped: Any) -> None:
    found = read_slack(zipped(*[post("U9", INSTANT)] * 1000, post("U1", INSTANT)), plain)
    assert aside(found) == [("unknown_member", DAY, (1, 2, 3, 4, 5), 1000)]


def test_private_channels_and_direct_messages_are_left_out_and_said(zipped: Any) -> None:
    path = zipped(
        post("U1", INSTANT),
        **{
            "groups.json": [{"id": "G1", "name": "secret"}],
            "dms.json": [{"id": "D1"}],
            "mpims.json": [{"id": "M1", "name": "mpdm-a--b-1"}],
            "secret/2026-06-01.json": [post("U1", INSTANT)],
            "D1/2026-06-01.json": [post("U1", INSTANT)],
            "mpdm-a--b-1/2026-06-01.json": [post("U1", INSTANT)],
        },
    )
    found = read_slack(path, plain)
    assert found.rows.num_rows == 1
    assert "3日分" in said(found, "private_conversation")


def test_a_folder_that_no_list_knows_is_named(zipped: Any) -> None:
    found = read_slack(
        zipped(post("U1", INSTANT), **{"雑談 (1)/2026-06-01.json": [post("U1", INSTANT)]}), plain
    )
    assert found.rows.num_rows == 1
    assert "雑談 (1)" in said(found, "unknown_channel")


@pytest.mark.parametrize("root", ["書き出し/", "a/b/c/"])
def test_an_export_inside_a_folder_is_read_alike(zipped: Any, root: str) -> None:
    found = read_slack(zipped(post("U1", INSTANT), root=root, **{"__MACOSX/general/._x.json": "x"}), plain)
    assert [r["_sheet"] for r in rows_of(found)] == [DAY]
    assert remarks(found) == set()


def test_japanese_channels_zipped_again_by_windows_keep_their_names(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in {
            "channels.json": [{"id": "C1", "name": "よろず相談"}],
            "users.json": USERS,
            "よろず相談/2026-06-01.json": [post("U1", INSTANT)],
        }.items():
            info = zipfile.ZipInfo(name.encode("cp932").decode("cp437"))
            archive.writestr(info, json.dumps(value))
    raw = path.read_bytes()
    written = {entry.flag_bits & 0x800 for entry in zipfile.ZipFile(path).infolist()}
    assert written == {0, 0x800}, "Python marks what is not ASCII"
    path.write_bytes(_without_utf8_marks(raw))
    assert [r["channel"] for r in rows_of(read_slack(path, plain))] == ["よろず相談"]


def _without_utf8_marks(data: bytes) -> bytes:
    """The ZIP as Windows writes it: names in CP932 and no mark. Headers of the same length, so nothing moves."""
    name = "よろず相談/2026-06-01.json".encode("cp932")
    marked = name.decode("cp437").encode()
    out = data
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.index(
            signature, out.index(marked) - 60 if signature == b"PK\x03\x04" else out.rindex(b"PK\x01\x02")
        )
        out = out[: at + flag_at] + b"\x00\x00" + out[at + flag_at + 2 :]
    # The longer UTF-8 name becomes the shorter CP932 one, and what follows keeps its length with an extra field.
    return _renamed(out, marked, name)


def _renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    filler = len(old) - len(new)
    extra = b"\xff\xff" + (filler - 4).to_bytes(2, "little") + bytes(filler - 4)
    at = data.index(old)
    data = (
        data[: at - 4]
        + len(new).to_bytes(2, "little")
        + filler.to_bytes(2, "little")
        + new
        + extra
        + data[at + len(old) :]
    )
    at = data.index(old)
    lengths = len(new).to_bytes(2, "little") + filler.to_bytes(2, "little")
    return data[: at - 18] + lengths + data[at - 14 : at] + new + extra + data[at + len(old) :]


@pytest.mark.parametrize(
    "more",
    [
        {"users.json": None},
        {"users.json": "{"},
        {"users.json": [{"name": "no id"}]},
        {"channels.json": "[1]"},
        {"groups.json": "{"},
        {"users.json": "[" * 100_000},
    ],
)
def test_an_export_without_its_lists_is_refused_whole(zipped: Any, more: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        read_slack(zipped(post("U1", INSTANT), **more), plain)
    assert caught.value.rule == "broken_json"


BROKEN_DAYS = ['[{"type": "mess', "{}", "", "null", '[{"a": 1}] x', b"[\xff\xfe]", "[" * 100_000]


@pytest.mark.parametrize("broken", BROKEN_DAYS)
def test_a_broken_day_is_named_and_loses_no_other_day(zipped: Any, broken: str | bytes) -> None:
    days = {f"general/2026-06-0{n}.json": [post("U1", INSTANT)] for n in (2, 4)} | {
        "general/2026-06-03.json": broken
    }
    found = read_slack(zipped(post("U1", INSTANT), **days), plain)
    assert [r["_sheet"][-7:-5] for r in rows_of(found)] == ["01", "02", "04"]
    assert [(r.severity, r.rule, r.sheet) for r in found.remarks] == [
        ("error", "broken_day_file", "general/2026-06-03.json")
    ]


def test_a_stray_byte_in_a_text_loses_no_post(zipped: Any) -> None:
    day = json.dumps([post("U1", INSTANT)], ensure_ascii=False).encode().replace("相談".encode(), b"\xe7\x9b")
    with pytest.raises(UnicodeDecodeError):
        day.decode()
    found = read_slack(zipped(post("U2", INSTANT), **{"general/2026-06-02.json": day}), plain)
    assert (found.rows.num_rows, found.remarks) == (2, ())


def test_a_byte_order_mark_before_a_day_is_no_fault(zipped: Any) -> None:
    day = b"\xef\xbb\xbf" + json.dumps([post("U1", INSTANT)]).encode()
    assert read_slack(zipped(**{DAY: day}), plain).rows.num_rows == 1


@pytest.mark.parametrize("broken", BROKEN_DAYS)
def test_an_export_of_which_no_day_can_be_read_is_refused(zipped: Any, broken: str | bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_slack(zipped(**{DAY: broken}), plain)
    assert caught.value.rule == "broken_json"


def test_a_day_too_large_for_memory_is_named_and_the_others_are_read(
    zipped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "MAX_DAY_BYTES", 1_000)
    found = read_slack(
        zipped(*[post("U1", INSTANT)] * 50, **{"general/2026-06-02.json": [post("U1", INSTANT)]}), plain
    )
    assert found.rows.num_rows == 1
    assert "大きすぎる" in said(found, "day_too_large")


def test_more_posts_than_memory_holds_are_refused_with_what_to_do(
    zipped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "MAX_MESSAGES", 10)
    with pytest.raises(Refused) as caught:
        read_slack(zipped(*[post("U1", INSTANT)] * 11), plain)
    assert "期間を分けて" in caught.value.suggestion


def test_a_damaged_day_inside_the_zip_is_a_broken_file(zipped: Any) -> None:
    path = zipped(*[post("U1", f"17802702{n:02d}.5") for n in range(60)])
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(DAY)
    for at in range(entry.header_offset + 60, entry.header_offset + 80):
        data[at] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(Refused) as caught:
        read_slack(path, plain)
    assert caught.value.rule == "broken_file"


def test_a_day_that_is_not_what_was_packed_is_a_broken_file(zipped: Any) -> None:
    path = zipped(*[post("U1", f"17802702{n:02d}.5") for n in range(60)])
    data = bytearray(path.read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    assert data[directory + 46 :].startswith(DAY.encode())
    data[directory + 16] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(Refused) as caught:
        read_slack(path, plain)
    assert caught.value.rule == "broken_file"


def test_batches_make_no_difference(zipped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    days = {f"general/2026-07-{n:02d}.json": [post("U1", f"{1780270200 + n}.5"), 1] for n in range(1, 20)}
    path = zipped(post("U1", INSTANT), **days)
    whole = read_slack(path, plain)
    monkeypatch.setattr(slack, "BATCH_BYTES", 1)
    assert rows_of(read_slack(path, plain)) == rows_of(whole)
    assert aside(read_slack(path, plain)) == aside(whole)


_IDS = st.sampled_from(["U1", "U2", "B1", "U9", None, "", "U1 ", 5])
_TIMES = st.one_of(
    st.decimals(1, 4_000_000_000, places=6).map(str), st.sampled_from([None, "x", "", "nan", "-1", 3, 2.5])
)
_ENTRY = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "message", "event"]), "user": _IDS, "ts": _TIMES},
    optional={
        "subtype": st.sampled_from(["channel_join", "file_share", None, ""]),
        "thread_ts": _TIMES,
        "bot_id": st.sampled_from(["B1", None, ""]),
        "text": st.text(string.printable),
    },
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(days=st.lists(st.lists(st.one_of(_ENTRY, _JSON), max_size=6), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_entry_lands_or_is_set_aside_or_counted_as_nobodys(
    tmp_path: Path, days: list[list[Any]]
) -> None:
    parts = {f"general/2026-06-{n:02d}.json": day for n, day in enumerate(days, start=1)}
    found = read_slack(write_slack(tmp_path / "x.zip", **parts), plain)
    ignored = int("".join(c for c in said(found, "not_a_member_post") if c.isdigit()) or 0)
    assert "broken_day_file" not in remarks(found)
    assert found.rows.num_rows + found.set_aside_count + ignored == sum(map(len, days))
    keys = found.rows.column("message_key").to_pylist()
    assert len(set(keys)) == len(keys)


@given(
    posts=st.lists(
        st.tuples(
            st.sampled_from(["U1", "U2"]),
            st.integers(1, 4_000_000_000),
            st.integers(0, 999_999),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_posted_is_read_back_to_the_microsecond(
    tmp_path: Path, posts: list[tuple[str, int, int, bool]]
) -> None:
    entries = [
        post(user, f"{second}.{micro:06d}", **({"thread_ts": "1.5"} if answers else {}))
        for user, second, micro, answers in posts
    ]
    found = rows_of(read_slack(write_slack(tmp_path / "x.zip", *entries), plain))
    names = {"U1": "<hanako@town.example>", "U2": "<U2>"}
    epoch = datetime(1970, 1, 1, 9)
    assert [(r["member"], (r["posted_at"] - epoch).total_seconds(), r["is_reply"]) for r in found] == [
        (names[user], pytest.approx(second + micro / 1e6, abs=1e-6), answers)
        for user, second, micro, answers in posts
    ]


@given(day=st.binary(max_size=200), users=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_crash_the_reader(tmp_path: Path, day: bytes, users: bytes) -> None:
    for parts in ({DAY: day}, {"users.json": users}, {"channels.json": users}):
        with suppress(Refused):
            read_slack(write_slack(tmp_path / "x.zip", post("U1", INSTANT), **parts), plain)


def test_a_real_export_gives_its_members_posts(real_files: Path) -> None:
    """158 entries: 52 by members (49 and 3 with a file), the others joins, bots and a comment on a file."""
    found = read_slack(real_files / "slack_export_testarchive.zip", plain)
    assert (found.rows.num_rows, aside(found)) == (52, [])
    assert "106件" in said(found, "not_a_member_post")
    assert {r["channel"] for r in rows_of(found)} <= {"enrique", "traveling-sailor"}
