"""Dates and months in every spelling town halls use. A date that does not exist is refused, not bent."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime, time

from pipelines.fiscal_year import ERA_LETTERS, ERAS, fiscal_year_of
from pipelines.ingest.japanese.date_text import (
    EXAMPLE,
    EXAMPLE_MONTH,
    EXPECTED,
    EXPECTED_MONTH,
    era_text,
    suggested_day,
    suggested_for_number,
)
from pipelines.ingest.japanese.kanji import kanji_to_digits
from pipelines.ingest.japanese.reading import Read, Unreadable, fold_number, has_spaced_digits, missing_symbol

_ERA_NAMES = ERA_LETTERS | {name[0]: name for name in ERAS}
_LIGATURES = {"㍻": "平成", "㍼": "昭和", "㍽": "大正", "㍾": "明治", "㋿": "令和"}
_ERA = r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM令平昭大明])"
_SEP = r"(?:年|[./\-,、])"
_ERA_DATE = re.compile(
    rf"^{_ERA}[.]?(?P<y>元|\d{{1,2}}){_SEP}(?P<m>\d{{1,2}})(?:月|[./\-,、])(?P<d>\d{{1,2}})日?$",
    re.I | re.ASCII,
)
_WEST_DATE = re.compile(r"^(?P<y>\d{4})(?:年|[./\-])(?P<m>\d{1,2})(?:月|[./\-])(?P<d>\d{1,2})日?$", re.ASCII)
_COMPACT = re.compile(r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})$", re.ASCII)
_ERA_MONTH = re.compile(
    rf"^{_ERA}[.]?(?P<y>元|\d{{1,2}}){_SEP}(?P<m>\d{{1,2}})月?(?:分|度)?$", re.I | re.ASCII
)
_WEST_MONTH = re.compile(r"^(?P<y>\d{4})(?:年|[./\-])(?P<m>\d{1,2})月?(?:分|度)?$", re.ASCII)
_SHORT_YEAR = re.compile(r"^(?P<y>\d{1,2})[./\-年](?P<m>\d{1,2})[./\-月](?P<d>\d{1,2})日?$", re.ASCII)
_NO_YEAR = re.compile(r"^(?P<m>\d{1,2})[./\-月](?P<d>\d{1,2})日?$", re.ASCII)
_TIME_TAIL = re.compile(
    r"(?:T|(?<=[日\d])\s)\s*(?:午前|午後)?(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)\s*(?:午前|午後|AM|PM)?\s*"
    r"(?:GMT\+9|JST|\+09:?00)?$",
    re.I,
)
# 令和8年(2026年)6月1日: the ministry's rules ask for both years.
_BOTH_YEARS = re.compile(r"^(?P<one>.+?年)\((?P<other>.+?年)\)(?P<rest>.+)$")
_WEEKDAYS = "月火水木金土日"
_WEEKDAY = re.compile(r"\((?P<name>[月火水木金土日])(?:曜日?)?(?:・祝)?\)")


def parse_date(
    value: object, *, fiscal_year: int | None = None, is_within_year: bool = False, has_time: bool = False
) -> Read:
    """Read a cell as a date.

    Args:
        value: what the reader found: a date, a datetime or text.
        fiscal_year: the fiscal year of the form; it words a suggestion.
        is_within_year: the form says that the date lies in that year, so 6月1日 is complete with it.
        has_time: the column asks for date and time, so that dropping the time changes nothing.

    Returns:
        A Read with a date; a Missing for - and …; a repair names a dropped time, a completed year and a
        weekday that is not that day's.

    Raises:
        Unreadable: no date, a day that does not exist, a day outside its era, a year without an era.
    """
    if isinstance(value, date):
        return _of_cell(value, has_time)
    if isinstance(value, str) and (missing := missing_symbol(value)):
        return missing
    text, clock, weekday = _taken_apart(value, fiscal_year)
    for pattern in (_ERA_DATE, _WEST_DATE, _COMPACT):
        if match := pattern.match(text):
            groups = match.groupdict()
            day = _day(groups.get("era"), groups["y"], int(groups["m"]), int(groups["d"]), fiscal_year)
            return Read(day, _dropped_time(clock, has_time) + _other_weekday(weekday, day))
    if is_within_year and fiscal_year is not None and (match := _NO_YEAR.match(text)):
        month = int(match["m"])
        day = _day(None, str(fiscal_year + (month < 4)), month, int(match["d"]), fiscal_year)
        repair = f"「{value}」の年を様式の年度から補い、{era_text(day)}としました。"
        return Read(day, repair + _other_weekday(weekday, day))
    raise _not_a_date(text, fiscal_year)


def parse_month(value: object) -> Read:
    """Read a cell as a month, as its first day. A full date gives its month; the dropped day is a repair.

    Raises:
        Unreadable: no month, or a month outside its era.
    """
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return _month_of(Read(day))
    if isinstance(value, str) and (missing := missing_symbol(value)):
        return missing
    text, _, _ = _taken_apart(value, None, kind="month")
    for pattern in (_ERA_MONTH, _WEST_MONTH):
        if match := pattern.match(text):
            groups = match.groupdict()
            year, month = _year(groups.get("era"), groups["y"]), int(groups["m"])
            if not 1 <= month <= 12:
                raise Unreadable(
                    "impossible_month", f"{month}月は存在しません。", EXPECTED_MONTH, EXAMPLE_MONTH
                )
            last = date(year, month, calendar.monthrange(year, month)[1])
            # A month in which the era changed is a month of both.
            if not _is_of_era(groups.get("era"), last.replace(day=1)):
                _check_era(groups.get("era"), last)
            return Read(last.replace(day=1))
    try:
        return _month_of(parse_date(value))
    except Unreadable as error:
        raise Unreadable(error.rule, error.message, EXPECTED_MONTH, EXAMPLE_MONTH, error.suggestion) from None


def _of_cell(value: date, has_time: bool) -> Read:
    if not isinstance(value, datetime):
        return Read(value)
    clock = "" if value.time() == time() else f"{value:%H:%M:%S}"
    return Read(value.date(), _dropped_time(clock, has_time))


def _month_of(read: Read) -> Read:
    day: date = read.value
    month = day.replace(day=1)
    dropped = "" if day == month else f"{era_text(day)}の日を除き、{day.year}年{day.month}月としました。"
    return Read(month, read.repair + dropped)


def _dropped_time(clock: str, has_time: bool) -> str:
    return "" if has_time or not clock.strip("0:.") else f"時刻({clock})を除き、日付だけにしました。"


def _other_weekday(weekday: str, day: date) -> str:
    true = _WEEKDAYS[day.weekday()]
    return (
        ""
        if weekday in ("", true)
        else f"曜日({weekday})が合いません({true}曜日です)。日付の方を採りました。"
    )


def _taken_apart(value: object, fiscal_year: int | None, kind: str = "date") -> tuple[str, str, str]:
    """The date's own text in half width, the time behind it, and the weekday beside it."""
    if isinstance(value, bool) or not isinstance(value, str):
        expected, example = (EXPECTED, EXAMPLE) if kind == "date" else (EXPECTED_MONTH, EXAMPLE_MONTH)
        raise Unreadable(
            "number_is_not_a_date",
            "数値だけでは日付と判断できません。",
            expected,
            example,
            suggested_for_number(value, fiscal_year),
        )
    for ligature, era in _LIGATURES.items():
        value = value.replace(ligature, era)
    spaced = " ".join(unicodedata.normalize("NFKC", value).split())
    tail = _TIME_TAIL.search(spaced)
    text = spaced[: tail.start()] if tail else spaced
    if has_spaced_digits(text):
        raise Unreadable("space_between_digits", "数字の間に空白か改行があります。", EXPECTED, EXAMPLE)
    folded = fold_number(text)
    weekday = _WEEKDAY.search(folded)
    plain = kanji_to_digits(_WEEKDAY.sub("", folded))
    return _one_year(plain), tail["clock"] if tail else "", weekday["name"] if weekday else ""


def _one_year(text: str) -> str:
    """Drop the second of two years that agree. Raises Unreadable when they do not."""
    match = _BOTH_YEARS.match(text)
    if not match:
        return text
    years = []
    for part in (match["one"], match["other"]):
        found = _ERA_MONTH.match(part + "1月") or _WEST_MONTH.match(part + "1月")
        years.append(_year(found.groupdict().get("era"), found["y"]) if found else None)
    if years[0] is None or years[0] != years[1]:
        raise Unreadable("years_differ", "和暦と西暦の年が合いません。", EXPECTED, EXAMPLE)
    return match["one"] + match["rest"]


def _year(era: str | None, year: str) -> int:
    number = 1 if year == "元" else int(year)
    if era is None:
        if not 1900 <= number <= 2200:
            raise Unreadable("impossible_year", f"{number}年は対象の範囲外です。", EXPECTED, EXAMPLE)
        return number
    name = _ERA_NAMES.get(era.upper(), era)
    if number < 1:
        raise Unreadable("impossible_year", f"{name}{number}年は存在しません。", EXPECTED, EXAMPLE)
    return ERAS[name][0].year + number - 1


def _day(era: str | None, year_text: str, month: int, day: int, fiscal_year: int | None) -> date:
    year = _year(era, year_text)
    if not 1 <= month <= 12:
        raise Unreadable("impossible_month", f"{month}月は存在しません。", EXPECTED, EXAMPLE)
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise Unreadable(
            "impossible_day",
            f"{month}月{day}日は存在しません。",
            EXPECTED,
            EXAMPLE,
            suggested_day(year, month, day, fiscal_year),
        )
    found = date(year, month, day)
    _check_era(era, found)
    return found


def _is_of_era(era: str | None, day: date) -> bool:
    if era is None:
        return True
    first, last = ERAS[_ERA_NAMES.get(era.upper(), era)]
    return first <= day <= last


def _check_era(era: str | None, day: date) -> None:
    if era is None or _is_of_era(era, day):
        return
    name = _ERA_NAMES.get(era.upper(), era)
    first, last = ERAS[name]
    span = f"{first.isoformat()}から" + ("" if last.year == 9999 else f"{last.isoformat()}まで")
    raise Unreadable("outside_era", f"{name}は{span}です。", EXPECTED, EXAMPLE, era_text(day))


def _not_a_date(text: str, fiscal_year: int | None) -> Unreadable:
    if match := _SHORT_YEAR.match(text):
        month, day = int(match["m"]), int(match["d"])
        # 8.6.1 can be an era's year, 26/6/1 the end of a Western one; the year of the form tells which.
        years = [y for y in (2018 + int(match["y"]), 2000 + int(match["y"])) if y > 2018]
        found = [d for d in (_existing(y, month, day) for y in years) if d]
        near = [d for d in found if fiscal_year is None or abs(fiscal_year_of(d) - fiscal_year) <= 1]
        return Unreadable(
            "year_without_era",
            "年が2桁で、元号も西暦4桁もありません。",
            EXPECTED,
            EXAMPLE,
            "または".join(era_text(d) for d in near),
        )
    if match := _NO_YEAR.match(text):
        month, day = int(match["m"]), int(match["d"])
        likely = None if fiscal_year is None else _existing(fiscal_year + (month < 4), month, day)
        suggestion = era_text(likely) if likely else ""
        return Unreadable("date_without_year", "年が書かれていません。", EXPECTED, EXAMPLE, suggestion)
    return Unreadable("not_a_date", "日付として読めません。", EXPECTED, EXAMPLE)


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
