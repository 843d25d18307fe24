"""Times of day decide hours of support. 25:00 must neither become 1:00 of the same day nor stop the night."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.japanese.reading import Missing, Unreadable
from pipelines.ingest.japanese.times import parse_time, parse_timestamp


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("13:30", 810),
        ("１３：３０", 810),
        ("13:30:00", 810),
        ("午後1時半", 810),
        ("午後１時３０分", 810),
        ("午後一時半", 810),
        ("PM1:30", 810),
        ("1:30 PM", 810),
        ("13時", 780),
        ("13時5分", 785),
        ("十三時", 780),
        ("9:05", 545),
        ("午前9時", 540),
        ("午前12:15", 15),
        ("午後12:15", 735),
        ("0:00", 0),
        ("24:00", 1440),
        ("25:00", 1500),
        ("30:00", 1800),
        (time(13, 30), 810),
        (timedelta(hours=25), 1500),
        (0.5625, 810),
        ("正午", 720),
        (datetime(1899, 12, 31, 13, 30), 810),
    ],
)
def test_a_time_is_minutes_after_midnight_of_the_first_day(typed: object, minutes: int) -> None:
    assert parse_time(typed).value == minutes


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("13:60", "impossible_time"),
        ("30:01", "impossible_time"),
        ("31:00", "impossible_time"),
        ("午後13時", "impossible_time"),
        (timedelta(hours=31), "impossible_time"),
        (timedelta(hours=-1), "impossible_time"),
        ("13:5", "not_a_time"),
        ("1330", "not_a_time"),
        ("13:00〜15:00", "time_range"),
        ("13:00-15:00", "time_range"),
        ("午後1時から3時まで", "time_range"),
        ("1 3:00", "not_a_time"),
        ("13:30:60", "impossible_time"),
        ("午後", "not_a_time"),
        ("終日", "not_a_time"),
        (13, "not_a_time"),
        (1.5, "not_a_time"),
    ],
)
def test_what_is_no_single_time_is_refused(typed: object, rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_time(typed)
    assert caught.value.rule == rule


@given(st.integers(0, 1800))
def test_every_minute_of_a_long_day_reads_back_in_every_spelling(minutes: int) -> None:
    hour, minute = divmod(minutes, 60)
    for text in (f"{hour}:{minute:02d}", f"{hour}時{minute}分", f"{hour:02d}：{minute:02d}"):
        assert parse_time(text).value == minutes


@given(
    st.text(max_size=20)
    | st.text("午前後時分半:0123456789APM ", max_size=10)
    | st.floats()
    | st.integers()
    | st.timedeltas()
)
def test_arbitrary_input_gives_a_time_or_a_refusal(typed: Any) -> None:
    with contextlib.suppress(Unreadable):
        read = parse_time(typed)
        assert isinstance(read, Missing) or 0 <= read.value <= 1800
    with contextlib.suppress(Unreadable):
        assert isinstance(parse_timestamp(typed).value, datetime)


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-06-01 09:30:00", datetime(2026, 6, 1, 9, 30)),
        ("2026/6/1 9:30", datetime(2026, 6, 1, 9, 30)),
        ("2026-06-01T09:30:15+09:00", datetime(2026, 6, 1, 9, 30, 15)),
        (datetime(2026, 6, 1, 9, 30), datetime(2026, 6, 1, 9, 30)),
        (date(2026, 6, 1), datetime(2026, 6, 1)),
    ],
)
def test_an_instant_is_local(typed: object, instant: datetime) -> None:
    assert parse_timestamp(typed).value == instant


@pytest.mark.parametrize(
    "typed", ["2026-06-01T00:30:00Z", "2026-06-01 09:30:00+00:00", "2026-02-30 09:00", "9:30", 5]
)
def test_an_instant_of_another_zone_or_of_no_day_is_refused(typed: object) -> None:
    """Dropping the Z would move every message of an evening to the day before."""
    with pytest.raises(Unreadable):
        parse_timestamp(typed)


def test_a_span_is_split_in_the_suggestion_and_not_read() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_time("10:00～12:00")
    assert caught.value.suggestion == "開始 10:00、終了 12:00"
    assert "別の欄" in caught.value.expected


@pytest.mark.parametrize(
    ("typed", "suggestion"), [("1330", "13:30"), (1330, "13:30"), ("930", "9:30"), (9999, "")]
)
def test_digits_alone_may_be_meant_as_a_time_and_are_suggested(typed: object, suggestion: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_time(typed)
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("typed", "minutes", "said"),
    [
        ("13:30:45", 810, "45秒"),
        (time(13, 30, 45), 810, "45秒"),
        (timedelta(hours=25, seconds=5), 1500, "5秒"),
        (datetime(2026, 6, 1, 13, 30), 810, "2026-06-01"),
        (datetime(1900, 1, 1, 1, 0), 1500, "25:00"),
        (datetime(1904, 1, 2, 1, 0), 1500, "25:00"),
    ],
)
def test_what_a_time_loses_is_said(typed: object, minutes: int, said: str) -> None:
    """25:00 in a cell of the format h:mm is kept as the next day's 1:00, and shown as 1:00."""
    read = parse_time(typed)
    assert (read.value, said in read.repair) == (minutes, True)


@pytest.mark.parametrize(("typed", "code"), [("-", "none"), ("…", "not_available")])
def test_a_symbol_in_place_of_a_time_is_missing_with_its_reason(typed: str, code: str) -> None:
    read = parse_time(typed)
    assert isinstance(read, Missing)
    assert read.code == code


def test_a_date_alone_becomes_midnight_and_says_so() -> None:
    assert "0時" in parse_timestamp(date(2026, 6, 1)).repair
