"""Times of day as minutes after midnight, and instants. 25:00 is one o'clock of the next day: 1500 minutes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from pipelines.ingest.japanese.kanji import kanji_to_digits
from pipelines.ingest.japanese.reading import Read, Unreadable, fold_number, has_spaced_digits, missing_symbol

_EXPECTED, _EXAMPLE = "時刻", "13:30、午後1時半"
_CLOCK = re.compile(
    r"(?P<half>午前|午後|AM|PM)?(?P<h>\d{1,2})"
    r"(?::(?P<m>\d{2})(?::(?P<s>\d{2}))?|時(?:(?P<min>\d{1,2})分?|(?P<half_past>半))?)(?P<tail>AM|PM)?",
    re.IGNORECASE | re.ASCII,
)
_NOON = {"正午": "12:00", "零時": "0時"}
_RANGE = re.compile(r"(?P<start>.*?\d.*?)(?:[~〜-]|から)(?P<end>.*\d.*?)(?:まで)?")
_DIGITS_ONLY = re.compile(r"(\d{1,2})([0-5]\d)", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4})[/\-](\d{1,2})[/\-](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?GMT\+9|\+09:?00)?",
    re.ASCII,
)
# What a workbook gives for a serial below one, and for one to two (25:00), in either date system.
_DAY_ZERO = (date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1))
_DAY_ONE = (date(1900, 1, 1), date(1904, 1, 2))
_DAY = 24 * 60


def parse_time(value: object) -> Read:
    """Read a cell as minutes after midnight, up to 30:00.

    Returns:
        A Read with an int; a Missing for - and …; a repair names dropped seconds and a dropped date.

    Raises:
        Unreadable: no time, a span of two times, or minutes beyond 59.
    """
    if isinstance(value, datetime):
        return _of_instant(value)
    if isinstance(value, time):
        return _whole_minutes(value.hour * 3600 + value.minute * 60 + value.second)
    if isinstance(value, timedelta):
        return _whole_minutes(round(value.total_seconds()))
    if isinstance(value, float) and 0 <= value < 1:
        return _whole_minutes(round(value * _DAY * 60))
    if not isinstance(value, str):
        raise _no_time(str(value) if isinstance(value, int) and not isinstance(value, bool) else "")
    if missing := missing_symbol(value):
        return missing
    text = fold_number(value)
    match = _CLOCK.fullmatch(kanji_to_digits(_NOON.get(text, text)))
    if not match or has_spaced_digits(value):
        raise _span(text) or _no_time(text)
    return _whole_minutes(_minutes(match) * 60 + int(match["s"] or 0))


def _minutes(match: re.Match[str]) -> int:
    hour = int(match["h"])
    minute = 30 if match["half_past"] else int(match["m"] or match["min"] or 0)
    half = (match["half"] or match["tail"] or "").upper()
    if half and hour > 12:
        raise _impossible("午前・午後と24時間表記が混ざっています。")
    if half in ("午後", "PM"):
        hour = hour % 12 + 12
    elif half in ("午前", "AM"):
        hour = hour % 12
    if minute > 59 or int(match["s"] or 0) > 59:
        raise _impossible()
    return hour * 60 + minute


def _of_instant(value: datetime) -> Read:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    if value.date() in _DAY_ONE:
        read = _whole_minutes(seconds + _DAY * 60)
        return Read(read.value, f"24時を超える時刻{_text(read.value)}と読みました。{read.repair}")
    read = _whole_minutes(seconds)
    if value.date() in _DAY_ZERO:
        return read
    return Read(
        read.value, f"日付({value:%Y-%m-%d})を除き、時刻{_text(read.value)}だけにしました。{read.repair}"
    )


def _whole_minutes(seconds: int) -> Read:
    minutes, rest = divmod(seconds, 60)
    if not 0 <= minutes <= 30 * 60 or (minutes == 30 * 60 and rest):
        raise _impossible()
    return Read(minutes, f"秒({rest}秒)を切り捨て、{_text(minutes)}としました。" if rest else "")


def _text(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _impossible(message: str = "存在しない時刻です。") -> Unreadable:
    return Unreadable("impossible_time", message, _EXPECTED, _EXAMPLE)


def _no_time(text: str) -> Unreadable:
    """13 and 1330 may be meant as times: suggested, never taken."""
    digits = _DIGITS_ONLY.fullmatch(text)
    suggestion = f"{int(digits[1])}:{digits[2]}" if digits and int(digits[1]) <= 24 else ""
    return Unreadable("not_a_time", "時刻として読めません。", _EXPECTED, _EXAMPLE, suggestion)


def _span(text: str) -> Unreadable | None:
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    suggestion = f"開始 {found['start']}、終了 {found['end']}"
    return Unreadable(
        "time_range", "2つの時刻が書かれています。", "1つの時刻(開始と終了は別の欄)", _EXAMPLE, suggestion
    )


def parse_timestamp(value: object) -> Read:
    """Read a cell as a local instant (Asia/Tokyo); a date alone is its midnight, and a repair says so.

    Raises:
        Unreadable: no instant, one of another time zone, or one of a day that does not exist.
    """
    if isinstance(value, datetime):
        return Read(value.replace(tzinfo=None))
    if isinstance(value, date):
        return Read(datetime(value.year, value.month, value.day), "時刻がないため、0時としました。")
    match = _INSTANT.fullmatch(unicodedata.normalize("NFKC", str(value)).strip())
    if not match:
        raise Unreadable("not_a_timestamp", "日時として読めません。", "日時", "2026-06-01 09:30:00")
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return Read(datetime(year, month, day, hour, minute, second))
    except ValueError:
        raise Unreadable("impossible_time", "存在しない日時です。", "日時", "2026-06-01 09:30:00") from None
