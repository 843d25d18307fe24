"""Slack's member analytics: what one person did on one UTC day, in numbers."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.read import slack_analytics
from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack_analytics import is_slack_analytics, read_slack_analytics
from tests.unit.ingest.read.chat_files import MAIL, aside, person_day, plain, rows_of, write_analytics


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_line_is_a_person_and_a_utc_day_with_counts(tmp_path: Path, is_gzip: bool) -> None:
    path = write_analytics(
        tmp_path / "a.gz", person_day(), "", person_day(email_address="", is_guest=True), is_gzip=is_gzip
    )
    assert kind_of(path) == ("gzip" if is_gzip else "json")
    assert is_slack_analytics(path)
    first, guest = rows_of(read_slack_analytics(path, plain))
    assert first == {
        "utc_date": date(2026, 6, 1),
        "member": f"<{MAIL}>",
        "is_guest": False,
        "is_active": True,
        "message_count": 5,
        "channel_message_count": 3,
        "reaction_count": 2,
        "file_count": 1,
        "_sheet": "analytics",
        "_row": 1,
    }
    assert (guest["member"], guest["is_guest"], guest["_row"]) == ("<U1>", True, 3)


def test_people_who_did_nothing_are_rows_too(tmp_path: Path) -> None:
    path = write_analytics(tmp_path / "a.gz", person_day(is_active=False, messages_posted_count=0))
    (row,) = rows_of(read_slack_analytics(path, plain))
    assert (row["is_active"], row["message_count"]) == (False, 0)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("{", "broken_line"),
        ("[1]", "broken_line"),
        (person_day(messages_posted_count="5"), "broken_line"),
        (person_day(messages_posted_count=-1), "broken_line"),
        (person_day(messages_posted_count=None), "broken_line"),
        (person_day(messages_posted_count=True), "broken_line"),
        (person_day(date="2026-06-31"), "no_utc_date"),
        (person_day(date=None), "no_utc_date"),
        (person_day(email_address=None, user_id=None), "unknown_member"),
        (person_day(), "duplicate_key"),
    ],
)
def test_a_line_that_is_no_persons_day_is_set_aside_with_its_number(
    tmp_path: Path, line: Any, rule: str
) -> None:
    found = read_slack_analytics(write_analytics(tmp_path / "a.gz", person_day(), line), plain)
    assert (found.rows.num_rows, aside(found)) == (1, [(rule, "analytics", (2,), 1)])


@pytest.mark.parametrize("data", [b"", b"x", b'{"a": 1}\n', json.dumps({"channel_id": "C1"}).encode()])
def test_what_is_no_member_analytics_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(data))
    with pytest.raises(Refused) as caught:
        read_slack_analytics(path, plain)
    assert "メンバー" in caught.value.expected


def test_a_download_that_stopped_half_way_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = write_analytics(
        tmp_path / "a.gz", *[person_day(user_id=f"U{n}", email_address="") for n in range(500)]
    )
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Refused) as caught:
        read_slack_analytics(path, plain)
    assert caught.value.rule == "broken_file"


def test_a_bomb_costs_no_more_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_analytics, "MAX_BYTES", 100_000)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"0" * 10_000_000))
    with pytest.raises(Refused) as caught:
        read_slack_analytics(path, plain)
    assert caught.value.rule == "unsafe_container"


@given(
    days=st.lists(
        st.tuples(st.dates(date(2015, 1, 1)), st.integers(0, 10**6), st.integers(0, 99), st.booleans()),
        min_size=1,
        max_size=9,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_counted_is_read_back(tmp_path: Path, days: list[tuple[date, int, int, bool]]) -> None:
    lines = [
        person_day(
            date=str(day),
            messages_posted_count=posts,
            files_added_count=files,
            is_active=active,
            email_address=f"{n}@a",
        )
        for n, (day, posts, files, active) in enumerate(days)
    ]
    found = rows_of(read_slack_analytics(write_analytics(tmp_path / "a.gz", *lines), plain))
    assert [(r["utc_date"], r["message_count"], r["file_count"], r["is_active"]) for r in found] == days


@given(data=st.binary(max_size=300), is_gzip=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_crash_the_reader(tmp_path: Path, data: bytes, is_gzip: bool) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(data) if is_gzip else b"\x1f\x8b" + data)
    with pytest.raises(Refused):
        read_slack_analytics(path, plain)
