"""Times of day as minutes after midnight, and instants. 25:00 is one o'clock of the next day: 1500 minutes."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from pipelines.ingest.japanese.numbers import kanji_to_digits
from pipelines.ingest.japanese.reading import Read, Unreadable, fold_number

_EXPECTED, _EXAMPLE = "時刻", "13:30、午後1時半"
_CLOCK = re.compile(
    r"^(?P<half>午前|午後|AM|PM)?(?P<h>\d{1,2})(?::|時)(?P<m>\d{1,2}|半)?分?(?::\d{2})?(?P<tail>AM|PM)?$",
    re.I,
)
_INSTANT = re.compile(r"^(\d{4})[/\-](\d{1,2})[/\-](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")


def parse_time(value: object) -> Read:
    """Read a cell as minutes after midnight, up to 30:00.

    Raises:
        Unreadable: no time, or minutes beyond 59.
    """
    if isinstance(value, (datetime, time)):
        return Read(value.hour * 60 + value.minute)
    if isinstance(value, float) and 0 <= value < 1:
        return Read(round(value * 24 * 60))
    if not isinstance(value, str):
        raise Unreadable("not_a_time", "時刻として読めません。", _EXPECTED, _EXAMPLE)
    match = _CLOCK.match(kanji_to_digits(fold_number(value)))
    if not match:
        raise Unreadable("not_a_time", "時刻として読めません。", _EXPECTED, _EXAMPLE)
    hour = int(match["h"])
    minute = 30 if match["m"] == "半" else int(match["m"] or 0)
    half = (match["half"] or match["tail"] or "").upper()
    if half and hour > 12:
        raise Unreadable("impossible_time", "午前・午後と24時間表記が混ざっています。", _EXPECTED, _EXAMPLE)
    if half in ("午後", "PM"):
        hour = hour % 12 + 12
    elif half in ("午前", "AM"):
        hour = hour % 12
    if minute > 59 or hour > 30:
        raise Unreadable("impossible_time", "存在しない時刻です。", _EXPECTED, _EXAMPLE)
    return Read(hour * 60 + minute)


def parse_timestamp(value: object) -> Read:
    """Read a cell as a local instant (Asia/Tokyo). Raises Unreadable when there is none."""
    if isinstance(value, datetime):
        return Read(value.replace(tzinfo=None))
    if isinstance(value, date):
        return Read(datetime(value.year, value.month, value.day))
    match = _INSTANT.match(str(value).strip())
    if not match:
        raise Unreadable("not_a_timestamp", "日時として読めません。", "日時", "2026-06-01 09:30:00")
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return Read(datetime(year, month, day, hour, minute, second))
    except ValueError:
        raise Unreadable("impossible_time", "存在しない日時です。", "日時", "2026-06-01 09:30:00") from None
