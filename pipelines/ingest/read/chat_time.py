"""Instants in chat exports: whatever zone and format the tool writes, Asia/Tokyo local time comes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pipelines.ingest.read.refusal import Refused

TOKYO = timezone(timedelta(hours=9))
_ZONE_NAMES = {
    "": TOKYO,
    "日本時間": TOKYO,
    "JST": TOKYO,
    "ASIA/TOKYO": TOKYO,
    "UTC": UTC,
    "GMT": UTC,
    "協定世界時": UTC,
}
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", re.ASCII)
# What an Excel user writes, and what the parser calls it; longer letters first.
_LETTERS = {
    "yyyy": "%Y", "yy": "%y", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d", "HH": "%H", "H": "%H", "hh": "%I",
    "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "fff": "%f", "tt": "%p", "zzz": "%z",
}  # fmt: skip
_LETTER = re.compile("|".join(_LETTERS))
_ISO = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2})[:時](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?"
    r" ?(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def in_tokyo(moment: datetime) -> datetime:
    """An instant with a zone as Asia/Tokyo local time without one."""
    return moment.astimezone(TOKYO).replace(tzinfo=None)


def zone_of(text: str) -> tzinfo:
    """A time zone by what an officer writes: 日本時間 (also when empty), UTC, +09:00, Asia/Tokyo.

    Raises:
        Refused: no such time zone.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if plain.upper() in _ZONE_NAMES:
        return _ZONE_NAMES[plain.upper()]
    if match := _OFFSET.fullmatch(plain.upper()):
        sign = -1 if match[1] == "-" else 1
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours <= 14 and minutes < 60:
            return timezone(sign * timedelta(hours=hours, minutes=minutes))
    try:
        return ZoneInfo(plain)
    except (KeyError, ValueError, OSError):
        raise Refused(
            "unknown_time_zone",
            f"チャット対応表の時間帯「{text}」が分かりません。",
            "日本時間、UTC、+09:00、Asia/Tokyo のいずれか",
            "チャット対応表の「時間帯」を直して、設定(policy)のフォルダに置き直してください。",
        ) from None


def instant_reader(written_format: str, zone_text: str) -> Callable[[object], datetime | None]:
    """A function that reads one cell as Asia/Tokyo local time, or gives None.

    Args:
        written_format: such as `yyyy/MM/dd HH:mm:ss`; empty for the usual forms.
        zone_text: the zone of cells that do not name their own.

    Raises:
        Refused: no such time zone, or a format that no time can be read by.
    """
    zone = zone_of(zone_text)
    pattern = _LETTER.sub(
        lambda m: _LETTERS[m[0]], unicodedata.normalize("NFKC", written_format).strip().replace("%", "%%")
    )
    _need_a_format(pattern, written_format)

    def read(cell: object) -> datetime | None:
        moment = _moment(cell, pattern)
        try:
            return (
                None if moment is None else in_tokyo(moment if moment.tzinfo else moment.replace(tzinfo=zone))
            )
        except OverflowError:
            return None

    return read


def _need_a_format(pattern: str, written: str) -> None:
    try:
        datetime.strptime("", pattern)
    except ValueError:
        return
    except re.error:
        # The same part twice, such as two months.
        raise Refused(
            "unknown_time_format",
            f"チャット対応表の日時の書式「{written}」では日時を読めません(同じ部分が2回あります)。",
            "yyyy/MM/dd HH:mm:ss のように、年・月・日・時・分をそれぞれ1回",
            "チャット対応表の日時の書式を直して、設定(policy)のフォルダに置き直してください。",
        ) from None


def _moment(cell: object, pattern: str) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if cell is None or isinstance(cell, date):
        return None
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    try:
        if pattern:
            return datetime.strptime(_half_of_day(text) if "%p" in pattern else text, pattern)
        return _usual(text)
    except ValueError:
        return None


def _half_of_day(text: str) -> str:
    return text.replace("午前", "AM").replace("午後", "PM")


def _usual(text: str) -> datetime | None:
    """Year first, then time, with seconds or without: 2026-06-01 09:30:00, 2026/6/1 9:30, ISO 8601."""
    match = _ISO.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    moment = datetime(year, month, day, hour, minute, second)
    if not match[7]:
        return moment
    offset = match[7].replace("Z", "+00:00").replace(":", "")
    return moment.replace(tzinfo=datetime.strptime(offset, "%z").tzinfo)
