"""Fiscal years. A year read wrongly moves money and visits between two annual reports."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fiscal_year import (
    UnreadableYear,
    date_label,
    first_day,
    fiscal_year_of,
    label,
    last_day,
    months,
    short_label,
    to_fiscal_year,
)

YEARS = st.integers(1912, 2099)


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("令和8年度", 2026),
        ("令和 8 年度", 2026),
        ("令和８年度", 2026),
        ("R8", 2026),
        ("r8", 2026),
        ("Ｒ８年度", 2026),
        ("㋿8年度", 2026),
        ("2026", 2026),
        ("2026年度", 2026),
        ("２０２６年度", 2026),
        ("令和8年度(2026年度)", 2026),
        ("2026年度（令和8年度）", 2026),
        ("令和元年度", 2019),
        ("R元", 2019),
        ("平成31年度", 2019),
        ("H30", 2018),
        ("昭和63年度", 1988),
    ],
)
def test_every_spelling_is_the_year_in_which_it_starts(typed: str, year: int) -> None:
    assert to_fiscal_year(typed) == year


@pytest.mark.parametrize(
    "typed",
    [
        "8",
        "08",
        "26年度",
        "R",
        "R0",
        "令和",
        "平成32年度",
        "昭和64年度",
        "令和8年度(2025年度)",
        "X8",
        "R8.6",
        "20266",
        "R100",
        "",
        "٢٠٢٦",
    ],
)
def test_what_names_no_year_we_know_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableYear):
        to_fiscal_year(typed)


@given(YEARS)
def test_what_we_print_reads_back(year: int) -> None:
    assert (
        to_fiscal_year(label(year)) == to_fiscal_year(short_label(year)) == to_fiscal_year(str(year)) == year
    )


@given(st.text(max_size=14) | st.text("令和平成昭年度元RHS0123456789() ", max_size=12))
def test_arbitrary_text_gives_a_year_or_a_refusal(text: str) -> None:
    with contextlib.suppress(UnreadableYear):
        assert 1868 <= to_fiscal_year(text) <= 2117


@given(st.dates(min_value=date(1990, 4, 1), max_value=date(2100, 3, 31)))
def test_every_day_lies_in_exactly_its_fiscal_year(day: date) -> None:
    year = fiscal_year_of(day)
    assert first_day(year) <= day <= last_day(year)
    assert first_day(year + 1) - last_day(year) == timedelta(days=1)
    assert day.replace(day=1) in months(year)


def test_a_year_runs_from_april_to_march() -> None:
    assert (first_day(2026), last_day(2026)) == (date(2026, 4, 1), date(2027, 3, 31))
    assert months(2026)[0] == date(2026, 4, 1)
    assert months(2026)[-1] == date(2027, 3, 1)
    assert len(months(2026)) == 12
    assert last_day(2027) == date(2028, 3, 31)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 20), "令和8年(2026年)11月20日"),
        (date(2019, 5, 1), "令和元年(2019年)5月1日"),
        (date(2019, 4, 30), "平成31年(2019年)4月30日"),
        (date(1989, 1, 7), "昭和64年(1989年)1月7日"),
    ],
)
def test_a_day_is_printed_in_its_own_era(day: date, text: str) -> None:
    assert date_label(day) == text


def test_labels_name_both_calendars() -> None:
    assert label(2026) == "令和8年度(2026年度)"
    assert label(2019) == "令和元年度(2019年度)"
    assert short_label(2026) == "R8"
    assert short_label(2018) == "H30"
