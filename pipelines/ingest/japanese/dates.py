"""Dates and months in every spelling town halls use. A date that does not exist is refused, not bent."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime

from pipelines.fiscal_year import ERA_LETTERS, ERAS
from pipelines.ingest.japanese.numbers import kanji_to_digits
from pipelines.ingest.japanese.reading import Read, Unreadable, fold_number

_EXPECTED = "和暦または西暦の日付"
_EXAMPLE = "R8.6.1、令和8年6月1日、2026/6/1"
_EXPECTED_MONTH = "年と月"
_EXAMPLE_MONTH = "R8.6、令和8年6月、2026-06"

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
_SHORT_YEAR = re.compile(r"^\d{1,2}[./\-年]\d{1,2}[./\-月]\d{1,2}日?$")
_NO_YEAR = re.compile(r"^\d{1,2}[./\-月]\d{1,2}日?$")
_TIME_TAIL = re.compile(
    r"(?:T|(?<=[日\d])\s)\s*(?:午前|午後)?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:午前|午後|AM|PM)?\s*"
    r"(?:GMT\+9|JST|\+09:?00)?$",
    re.I,
)
# 令和8年(2026年)6月1日: the ministry's rules ask for both years.
_BOTH_YEARS = re.compile(r"^(?P<one>.+?年)\((?P<other>.+?年)\)(?P<rest>.+)$")
_WEEKDAY = re.compile(r"\((?:月|火|水|木|金|土|日)(?:曜日?)?(?:・祝)?\)")


def parse_date(value: object, *, fiscal_year: int | None = None) -> Read:
    """Read a cell as a date.

    Args:
        value: what the reader found: a date, a datetime or text.
        fiscal_year: the fiscal year of the form, used only to word a suggestion, never to decide.

    Raises:
        Unreadable: no date, a day that does not exist, a day outside its era, a year without an era.
    """
    if isinstance(value, datetime):
        return Read(value.date())
    if isinstance(value, date):
        return Read(value)
    text = _one_year(_text(value, "date"))
    for pattern in (_ERA_DATE, _WEST_DATE, _COMPACT):
        if match := pattern.match(text):
            groups = match.groupdict()
            return Read(_day(groups.get("era"), groups["y"], int(groups["m"]), int(groups["d"]), fiscal_year))
    raise _not_a_date(text)


def parse_month(value: object) -> Read:
    """Read a cell as a month, as its first day. A full date gives its month.

    Raises:
        Unreadable: no month, or a month outside its era.
    """
    if isinstance(value, datetime):
        return Read(value.date().replace(day=1))
    if isinstance(value, date):
        return Read(value.replace(day=1))
    text = _one_year(_text(value, "month"))
    for pattern in (_ERA_MONTH, _WEST_MONTH):
        if match := pattern.match(text):
            groups = match.groupdict()
            year, month = _year(groups.get("era"), groups["y"]), int(groups["m"])
            if not 1 <= month <= 12:
                raise Unreadable(
                    "impossible_month", f"{month}月は存在しません。", _EXPECTED_MONTH, _EXAMPLE_MONTH
                )
            _check_era(groups.get("era"), date(year, month, calendar.monthrange(year, month)[1]))
            return Read(date(year, month, 1))
    try:
        return Read(parse_date(value).value.replace(day=1))
    except Unreadable as error:
        raise Unreadable(
            error.rule, error.message, _EXPECTED_MONTH, _EXAMPLE_MONTH, error.suggestion
        ) from None


def _text(value: object, kind: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str):
        expected, example = (_EXPECTED, _EXAMPLE) if kind == "date" else (_EXPECTED_MONTH, _EXAMPLE_MONTH)
        raise Unreadable("number_is_not_a_date", "数値だけでは日付と判断できません。", expected, example)
    for ligature, era in _LIGATURES.items():
        value = value.replace(ligature, era)
    text = _TIME_TAIL.sub("", " ".join(value.split()))
    return kanji_to_digits(_WEEKDAY.sub("", fold_number(text)))


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
        raise Unreadable("years_differ", "和暦と西暦の年が合いません。", _EXPECTED, _EXAMPLE)
    return match["one"] + match["rest"]


def _year(era: str | None, year: str) -> int:
    number = 1 if year == "元" else int(year)
    if era is None:
        return number
    name = _ERA_NAMES.get(era.upper(), era)
    if number < 1:
        raise Unreadable("impossible_year", f"{name}{number}年は存在しません。", _EXPECTED, _EXAMPLE)
    return ERAS[name][0].year + number - 1


def _day(era: str | None, year_text: str, month: int, day: int, fiscal_year: int | None) -> date:
    year = _year(era, year_text)
    if not 1900 <= year <= 2200:
        raise Unreadable("impossible_year", f"{year}年は対象の範囲外です。", _EXPECTED, _EXAMPLE)
    if not 1 <= month <= 12:
        raise Unreadable("impossible_month", f"{month}月は存在しません。", _EXPECTED, _EXAMPLE)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        likely_year = year
        if fiscal_year is not None:
            likely_year = fiscal_year if month >= 4 else fiscal_year + 1
            last = calendar.monthrange(likely_year, month)[1]
        suggestion = era_text(date(likely_year, month, min(max(day, 1), last)))
        raise Unreadable(
            "impossible_day", f"{month}月{day}日は存在しません。", _EXPECTED, _EXAMPLE, suggestion
        )
    found = date(year, month, day)
    _check_era(era, found)
    return found


def _check_era(era: str | None, day: date) -> None:
    if era is None:
        return
    name = _ERA_NAMES.get(era.upper(), era)
    first, last = ERAS[name]
    if first <= day <= last:
        return
    span = f"{first.isoformat()}から" + ("" if last.year == 9999 else f"{last.isoformat()}まで")
    raise Unreadable("outside_era", f"{name}は{span}です。", _EXPECTED, _EXAMPLE, era_text(day))


def era_text(day: date) -> str:
    """R9.2.28 for 2027-02-28."""
    for letter, name in ERA_LETTERS.items():
        first, last = ERAS[name]
        if first <= day <= last:
            return f"{letter}{day.year - first.year + 1}.{day.month}.{day.day}"
    return day.isoformat()


def _not_a_date(text: str) -> Unreadable:
    if _SHORT_YEAR.match(text):
        return Unreadable("year_without_era", "年が2桁で、元号も西暦4桁もありません。", _EXPECTED, _EXAMPLE)
    if _NO_YEAR.match(text):
        return Unreadable("date_without_year", "年が書かれていません。", _EXPECTED, _EXAMPLE)
    return Unreadable("not_a_date", "日付として読めません。", _EXPECTED, _EXAMPLE)
