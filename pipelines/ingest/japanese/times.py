"""Times of day as minutes after midnight, and instants. 25:00 is one o'clock of the next day: 1500 minutes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from pipelines.ingest.japanese.numbers import kanji_to_digits
from pipelines.ingest.japanese.reading import Read, Unreadable, fold_number

_EXPECTED, _EXAMPLE = "時刻", "13:30、午後1時半"
_CLOCK = re.compile(
    r"(?P<half>午前|午後|AM|PM)?(?P<h>\d{1,2})"
    r"(?::(?P<m>\d{2})(?::\d{2})?|時(?:(?P<min>\d{1,2})分?|(?P<half_past>半))?)(?P<tail>AM|PM)?",
    re.IGNORECASE | re.ASCII,
)
_INSTANT = re.compile(
    r"(\d{4})[/\-](\d{1,2})[/\-](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?GMT\+9|\+09:?00)?",
    re.ASCII,
)


def parse_time(value: object) -> Read:
    """Read a cell as minutes after midnight, up to 30:00.

    Raises:
        Unreadable: no time, or minutes beyond 59.
    """
    if isinstance(value, (datetime, time)):
        return Read(value.hour * 60 + value.minute)
    if isinstance(value, timedelta):
        return _within_a_night(round(value / timedelta(minutes=1)))
    if isinstance(value, float) and 0 <= value < 1:
        return Read(round(value * 24 * 60))
    if not isinstance(value, str):
        raise Unreadable("not_a_time", "時刻として読めません。", _EXPECTED, _EXAMPLE)
    match = _CLOCK.fullmatch(kanji_to_digits(fold_number(value)))
    if not match:
        raise Unreadable("not_a_time", "時刻として読めません。", _EXPECTED, _EXAMPLE)
    hour = int(match["h"])
    minute = 30 if match["half_past"] else int(match["m"] or match["min"] or 0)
    half = (match["half"] or match["tail"] or "").upper()
    if half and hour > 12:
        raise Unreadable("impossible_time", "午前・午後と24時間表記が混ざっています。", _EXPECTED, _EXAMPLE)
    if half in ("午後", "PM"):
        hour = hour % 12 + 12
    elif half in ("午前", "AM"):
        hour = hour % 12
    if minute > 59:
        raise Unreadable("impossible_time", "存在しない時刻です。", _EXPECTED, _EXAMPLE)
    return _within_a_night(hour * 60 + minute)


def _within_a_night(minutes: int) -> Read:
    if not 0 <= minutes <= 30 * 60:
        raise Unreadable("impossible_time", "存在しない時刻です。", _EXPECTED, _EXAMPLE)
    return Read(minutes)


def parse_timestamp(value: object) -> Read:
    """Read a cell as a local instant (Asia/Tokyo). Raises Unreadable when there is none."""
    if isinstance(value, datetime):
        return Read(value.replace(tzinfo=None))
    if isinstance(value, date):
        return Read(datetime(value.year, value.month, value.day))
    match = _INSTANT.fullmatch(unicodedata.normalize("NFKC", str(value)).strip())
    if not match:
        raise Unreadable("not_a_timestamp", "日時として読めません。", "日時", "2026-06-01 09:30:00")
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return Read(datetime(year, month, day, hour, minute, second))
    except ValueError:
        raise Unreadable("impossible_time", "存在しない日時です。", "日時", "2026-06-01 09:30:00") from None
