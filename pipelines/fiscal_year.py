"""Japanese fiscal years: stored as the calendar year in which they start, shown as 令和8年度(2026年度)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

# First and last day of each era (元号法・改元の政令).
ERAS: dict[str, tuple[date, date]] = {
    "令和": (date(2019, 5, 1), date(9999, 12, 31)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "大正": (date(1912, 7, 30), date(1926, 12, 24)),
    "明治": (date(1868, 1, 25), date(1912, 7, 29)),
}
# A fiscal year is named by the era in force in its first month; 2019年度 is named 令和元年度 here,
# as government offices do since May 2019.
ERA_FIRST_YEARS = {era: first.year for era, (first, _) in ERAS.items()}
ERA_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
_ERA_YEAR = re.compile(
    r"^(令和|平成|昭和|大正|明治|[RHSTM])\s*(元|\d{1,2})\s*(?:年度|年)?$", re.IGNORECASE | re.ASCII
)
_WESTERN_YEAR = re.compile(r"^((?:19|20)\d{2})\s*(?:年度|年)?$", re.ASCII)
_BOTH_YEARS = re.compile(r"^(.+?年度?)\((.+?)\)$")


class UnreadableYear(ValueError):
    """The text names no fiscal year we know."""


def to_fiscal_year(text: str) -> int:
    """Read a Japanese fiscal year as the calendar year in which it starts.

    令和6年度, R6, 2024年度, 2024 and 令和6年度(2024年度) are one year. Half- and
    full-width digits are equal; 元年 is year one.

    Raises:
        UnreadableYear: the text names no era we know, a year beyond its era, or two
            different years. Guessing would move money between reports, so we never guess.
    """
    folded = unicodedata.normalize("NFKC", text).replace(" ", "").strip()
    if match := _BOTH_YEARS.match(folded):
        years = {to_fiscal_year(part) for part in match.groups()}
        if len(years) == 1:
            return years.pop()
    if match := _ERA_YEAR.match(folded):
        era = match[1].upper()
        name = ERA_LETTERS.get(era, match[1])
        number = 1 if match[2] == "元" else int(match[2])
        year = ERA_FIRST_YEARS[name] + number - 1
        if number >= 1 and first_day(year) <= ERAS[name][1]:
            return year
    if match := _WESTERN_YEAR.match(folded):
        return int(match[1])
    raise UnreadableYear(text)


def fiscal_year_of(day: date) -> int:
    """The fiscal year (April to March) that holds a day, as its starting year."""
    return day.year if day.month >= 4 else day.year - 1


def first_day(fiscal_year: int) -> date:
    """1 April of the fiscal year."""
    return date(fiscal_year, 4, 1)


def last_day(fiscal_year: int) -> date:
    """31 March at the end of the fiscal year."""
    return date(fiscal_year + 1, 4, 1) - timedelta(days=1)


def months(fiscal_year: int) -> list[date]:
    """The first days of the twelve months, April first."""
    return [date(fiscal_year + (m > 12), m if m <= 12 else m - 12, 1) for m in range(4, 16)]


def short_label(fiscal_year: int) -> str:
    """R8 for 2026; years before Reiwa by their own letter."""
    letter = {name: letter for letter, name in ERA_LETTERS.items()}
    era, number = _era(fiscal_year)
    return f"{letter[era]}{number}"


def label(fiscal_year: int) -> str:
    """令和8年度(2026年度) for 2026."""
    era, number = _era(fiscal_year)
    return f"{era}{'元' if number == 1 else number}年度({fiscal_year}年度)"


def date_label(day: date) -> str:
    """令和8年(2026年)11月20日, in the era of that very day."""
    era, first = next((era, first) for era, (first, _) in ERAS.items() if first <= day)
    number = day.year - first.year + 1
    return f"{era}{'元' if number == 1 else number}年({day.year}年){day.month}月{day.day}日"


def _era(year: int) -> tuple[str, int]:
    for era, first in ERA_FIRST_YEARS.items():
        if year >= first:
            return era, year - first + 1
    raise UnreadableYear(str(year))
