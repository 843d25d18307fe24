"""Instants of chat tools: any zone and any format, always the same Japanese time."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.read.chat_time import instant_reader, zone_of
from pipelines.ingest.read.refusal import Refused

NINE = datetime(2026, 6, 1, 9, 30)


@pytest.mark.parametrize(
    ("cell", "pattern", "zone"),
    [
        ("2026-06-01 09:30:00", "", ""),
        ("2026/6/1 9:30", "", "日本時間"),
        ("2026/06/01 09:30", "", "Asia/Tokyo"),
        ("2026年6月1日 9時30分", "", "JST"),
        ("2026-06-01T00:30:00Z", "", ""),
        ("2026-06-01T00:30:00.000+00:00", "", "UTC"),
        ("2026-06-01 00:30", "", "UTC"),
        ("2026-06-01 02:30", "", "+02:00"),
        ("2026-05-31 20:30", "", "UTC-4"),
        ("2026-05-31 20:30", "", "America/New_York"),
        ("01.06.2026 09:30", "dd.MM.yyyy HH:mm", ""),
        ("6/1/2026 9:30 AM", "M/d/yyyy h:mm tt", ""),
        ("2026/06/01 午前9:30", "yyyy/MM/dd tth:mm", ""),
        ("20260601093000", "yyyyMMddHHmmss", ""),
        (NINE, "", ""),
        (NINE, "yyyy/MM/dd", ""),
        (datetime(2026, 6, 1, 0, 30), "", "UTC"),
    ],
)
def test_a_cell_becomes_japanese_time(cell: Any, pattern: str, zone: str) -> None:
    assert instant_reader(pattern, zone)(cell) == NINE


@pytest.mark.parametrize(
    "cell", [None, "", "昨日", "2026-06-31 09:30", "2026-06-01", "09:30", 46174, 46174.4, "6/1 9:30", True]
)
def test_what_is_no_instant_is_not_guessed(cell: Any) -> None:
    assert instant_reader("", "")(cell) is None


def test_a_format_is_not_bent_to_fit() -> None:
    assert instant_reader("dd/MM/yyyy HH:mm", "")("2026-06-01 09:30:00") is None


@pytest.mark.parametrize("zone", ["月", "+99:00", "Mars/Olympus", "../etc", "\x00"])
def test_an_unknown_zone_is_a_mistake_in_the_mapping(zone: str) -> None:
    with pytest.raises(Refused) as caught:
        zone_of(zone)
    assert "チャット対応表" in caught.value.message


@given(
    moment=st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)), minutes=st.integers(-14 * 60, 14 * 60)
)
def test_an_instant_is_the_same_in_every_zone(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=0)
    zone = timezone(timedelta(minutes=minutes))
    written = moment.replace(tzinfo=timezone(timedelta(hours=9))).astimezone(zone)
    assert instant_reader("", "")(written.isoformat()) == moment
    sign, offset = "-+"[minutes >= 0], abs(minutes)
    name = f"{sign}{offset // 60:02d}:{offset % 60:02d}"
    assert instant_reader("", name)(f"{written:%Y-%m-%d %H:%M:%S}") == moment
    assert instant_reader("yyyy.MM.dd HH-mm-ss", name)(f"{written:%Y.%m.%d %H-%M-%S}") == moment


@given(
    pattern=st.text(max_size=20),
    zone=st.text(max_size=10),
    cell=st.one_of(st.text(), st.datetimes(), st.floats()),
)
def test_no_format_zone_or_cell_crashes(pattern: str, zone: str, cell: Any) -> None:
    with suppress(Refused):
        instant_reader(pattern, zone)(cell)


def test_a_format_that_names_a_part_twice_is_refused_before_any_row() -> None:
    with pytest.raises(Refused) as refused:
        instant_reader("yyyy/MM/dd MM:mm", "")
    assert refused.value.rule == "unknown_time_format"
