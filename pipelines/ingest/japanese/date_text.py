"""Dates as we write them to clerks: short era dates, what is expected, and likely dates as suggestions."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from pipelines.fiscal_year import ERA_LETTERS, ERAS

EXPECTED = "和暦または西暦の日付"
EXAMPLE = "R8.6.1、令和8年6月1日、2026/6/1"
EXPECTED_MONTH = "年と月"
EXAMPLE_MONTH = "R8.6、令和8年6月、2026-06"
_EXCEL_DAY_ZERO = date(1899, 12, 30)
# Serials of days since Reiwa began and far into it: other numbers are no dates of our forms.
_SERIALS = range(43_586, 62_000)
_COMPACT = range(1900_01_01, 2200_12_32)


def era_text(day: date) -> str:
    """R9.2.28 for 2027-02-28."""
    for letter, name in ERA_LETTERS.items():
        first, last = ERAS[name]
        if first <= day <= last:
            return f"{letter}{day.year - first.year + 1}.{day.month}.{day.day}"
    return day.isoformat()


def suggested_day(year: int, month: int, day: int, fiscal_year: int | None) -> str:
    """The nearest day that exists for one that does not, in the form's own year where that is known."""
    likely = year if fiscal_year is None else fiscal_year + (month < 4)
    last = calendar.monthrange(likely, month)[1]
    return era_text(date(likely, month, min(max(day, 1), last)))


def suggested_for_number(value: object, fiscal_year: int | None) -> str:
    """The day that a bare number may have been: Excel's own, or 20260601. A suggestion, never more."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value != value // 1:
        return ""
    day = _day_of(int(value))
    is_near = day is not None and (fiscal_year is None or abs(day.year - fiscal_year) <= 2)
    return era_text(day) if day and is_near else ""


def _day_of(number: int) -> date | None:
    if number in _SERIALS:
        return _EXCEL_DAY_ZERO + timedelta(days=number)
    if number not in _COMPACT:
        return None
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return None
