"""Dates as town halls type them. A date read wrongly moves a visit, a yen or a deadline between years unseen."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fiscal_year import ERAS, date_label
from pipelines.ingest.japanese.date_text import era_text
from pipelines.ingest.japanese.dates import parse_date, parse_month
from pipelines.ingest.japanese.reading import Missing, Unreadable

JUNE = date(2026, 6, 1)
REIWA = st.dates(min_value=date(2019, 5, 1), max_value=date(2099, 12, 31))
SINCE_1900 = st.dates(min_value=date(1900, 1, 1), max_value=date(2117, 12, 31))
FULL_WIDTH = str.maketrans("0123456789./-", "０１２３４５６７８９．／－")
KANJI = "〇一二三四五六七八九"


def kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else KANJI[tens]) + ("十" if tens else "") + (KANJI[ones] if ones else "")


@pytest.mark.parametrize(
    "typed",
    [
        "R8.6.1",
        "R08.06.01",
        "R.8.6.1",
        "r8.6.1",
        "Ｒ８．６．１",
        "R8/6/1",
        "R8-6-1",
        "R8−6−1",
        "R8年6月1日",
        "令和8年6月1日",
        "令和８年６月１日",
        "令和八年六月一日",
        "令8.6.1",
        "㋿8年6月1日",
        "令和8年(2026年)6月1日",
        "2026年(令和8年)6月1日",
        "令和8年6月1日(月)",
        "令和 8 年 6 月 1 日 (月曜日)",
        "2026/6/1",
        "2026-06-01",
        "２０２６年６月１日",
        "2026.6.1",
        "20260601",
        "二〇二六年六月一日",
        "2026-06-01 09:30",
        "2026/06/01 9:30:11 午前 GMT+9",
        JUNE,
        datetime(2026, 6, 1, 13, 30),
    ],
)
def test_every_spelling_of_one_day_is_that_day(typed: object) -> None:
    assert parse_date(typed).value == JUNE


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("H31/4/30", date(2019, 4, 30)),
        ("㍻31年4月30日", date(2019, 4, 30)),
        ("S64.1.7", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("T15.12.24", date(1926, 12, 24)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("R10.2.29", date(2028, 2, 29)),
    ],
)
def test_eras_begin_and_end_on_their_days(typed: str, day: date) -> None:
    assert parse_date(typed).value == day


@pytest.mark.parametrize(
    ("typed", "rule", "suggestion"),
    [
        ("R8.2.31", "impossible_day", "R9.2.28"),
        ("R8.6.31", "impossible_day", "R8.6.30"),
        ("R9.2.29", "impossible_day", "R9.2.28"),
        ("R8.13.1", "impossible_month", ""),
        ("R8.0.1", "impossible_month", ""),
        ("R0.6.1", "impossible_year", ""),
        ("H31.5.1", "outside_era", "R1.5.1"),
        ("平成32年4月1日", "outside_era", "R2.4.1"),
        ("R1.4.30", "outside_era", "H31.4.30"),
        ("S64.1.8", "outside_era", "H1.1.8"),
        ("令和7年(2026年)6月1日", "years_differ", ""),
        ("26/6/1", "year_without_era", "R8.6.1"),
        ("8.6.1", "year_without_era", "R8.6.1"),
        ("08年6月1日", "year_without_era", "R8.6.1"),
        ("6月1日", "date_without_year", "R8.6.1"),
        ("3/31", "date_without_year", "R9.3.31"),
        ("2/30", "date_without_year", ""),
        ("6/1", "date_without_year", "R8.6.1"),
        ("46174", "not_a_date", ""),
        ("R8.6", "not_a_date", ""),
        ("R8.6.1〜R9.2.28", "not_a_date", ""),
        ("R8.6.1、R8.6.8", "not_a_date", ""),
        ("6月上旬", "not_a_date", ""),
        ("令和8年二十1月1日", "not_a_date", ""),
        ("X8.6.1", "not_a_date", ""),
        ("未定", "not_a_date", ""),
    ],
)
def test_what_is_no_date_is_refused_with_a_suggestion_and_never_bent(
    typed: str, rule: str, suggestion: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_date(typed, fiscal_year=2026)
    assert (caught.value.rule, caught.value.suggestion) == (rule, suggestion)
    assert caught.value.expected
    assert caught.value.example


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        (46174, "R8.6.1"),
        (20260601, "R8.6.1"),
        (20260631, ""),
        (44712, ""),
        (46174.5, ""),
        (8, ""),
        (-1, ""),
        (10**30, ""),
        (True, ""),
    ],
)
def test_a_number_alone_is_never_guessed_to_be_a_date(typed: object, suggestion: str) -> None:
    """44712 is 2026-06-01 in the 1904 system, and 2022-05-30 in the other: what is not near the form's year is not suggested."""
    with pytest.raises(Unreadable) as caught:
        parse_date(typed, fiscal_year=2026)
    assert caught.value.rule == "number_is_not_a_date"
    assert caught.value.suggestion == suggestion


def test_a_year_of_two_digits_names_both_days_it_may_be() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_date("5/6/1")
    assert caught.value.suggestion == "R5.6.1"
    with pytest.raises(Unreadable) as caught:
        parse_date("20/6/1")
    assert caught.value.suggestion == "R20.6.1またはR2.6.1"


@pytest.mark.parametrize(
    ("typed", "day"),
    [("6月1日", JUNE), ("６／１", JUNE), ("3月31日", date(2027, 3, 31)), ("6月1日(月)", JUNE)],
)
def test_a_day_without_a_year_is_completed_only_where_the_form_says_in_which_year_it_lies(
    typed: str, day: date
) -> None:
    read = parse_date(typed, fiscal_year=2026, is_within_year=True)
    assert read.value == day
    assert typed in read.repair
    assert era_text(day) in read.repair
    for missing in ({"fiscal_year": 2026}, {"is_within_year": True}):
        with pytest.raises(Unreadable):
            parse_date(typed, **missing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (datetime(2026, 6, 1, 13, 30), "13:30:00"),
        ("2026-06-01 09:30", "09:30"),
        ("R8.6.1 13:30", "13:30"),
        ("2026/06/01 9:30:11 午前 GMT+9", "9:30:11"),
    ],
)
def test_a_dropped_time_is_said_unless_the_column_asks_for_it(typed: object, said: str) -> None:
    read = parse_date(typed)
    assert (read.value, said in read.repair) == (JUNE, True)
    assert parse_date(typed, has_time=True).repair == ""


@pytest.mark.parametrize(
    "typed", [datetime(2026, 6, 1), "2026-06-01 00:00:00", "2026-06-01T00:00:00+09:00", JUNE]
)
def test_midnight_is_no_time_that_could_be_lost(typed: object) -> None:
    assert (parse_date(typed).value, parse_date(typed).repair) == (JUNE, "")


def test_a_weekday_that_is_not_that_days_is_said() -> None:
    """A report copied from last year keeps its weekdays: the year may be the one that is wrong."""
    assert parse_date("令和8年6月1日(月)").repair == ""
    read = parse_date("令和8年6月1日(日)")
    assert read.value == JUNE
    assert "月曜日" in read.repair


def test_a_full_date_in_a_month_column_loses_its_day_and_says_so() -> None:
    assert parse_month("R8.6.1").repair == ""
    assert parse_month(date(2026, 6, 1)).repair == ""
    for typed in ("R8.6.15", date(2026, 6, 15), datetime(2026, 6, 15)):
        assert "R8.6.15" in parse_month(typed).repair


@pytest.mark.parametrize(
    ("typed", "code"), [("－", "none"), ("…", "not_available"), ("<NA>", "not_available")]
)
def test_a_symbol_in_place_of_a_date_is_missing_with_its_reason(typed: str, code: str) -> None:
    for parse in (parse_date, parse_month):
        read = parse(typed)
        assert isinstance(read, Missing)
        assert (read.code, typed in read.repair) == (code, True)


@pytest.mark.parametrize("typed", ["令和8年1 1月1日", "2026 06 01", "R8.6.\n1 5"])
def test_digits_with_a_space_between_them_are_not_joined(typed: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_date(typed)
    assert caught.value.rule == "space_between_digits"


@pytest.mark.parametrize(
    "typed",
    [
        "R8.6",
        "令和8年6月",
        "令和8年6月分",
        "Ｒ８年６月",
        "2026-06",
        "2026年6月",
        "2026/6",
        "R8.6.15",
        "令和8年(2026年)6月",
    ],
)
def test_a_month_is_its_first_day(typed: str) -> None:
    assert parse_month(typed).value == JUNE


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("R8.13", "impossible_month"),
        ("6月", "not_a_date"),
        ("H31.5", "outside_era"),
        ("令和元年4月", "outside_era"),
    ],
)
def test_a_month_outside_its_year_or_era_is_refused(typed: str, rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_month(typed)
    assert caught.value.rule == rule


@given(REIWA)
def test_every_reiwa_day_survives_every_spelling(day: date) -> None:
    year, month, number = day.year - 2018, day.month, day.day
    spellings = [
        era_text(day),
        era_text(day).translate(FULL_WIDTH),
        f"令和{'元' if year == 1 else year}年{month}月{number}日",
        f"令和{kanji(year)}年{kanji(month)}月{kanji(number)}日",
        f"㋿{year}.{month:02d}.{number:02d}",
        date_label(day),
        day.isoformat(),
        f"{day:%Y%m%d}",
    ]
    assert [parse_date(text).value for text in spellings] == [day] * len(spellings)


@given(SINCE_1900)
def test_the_short_form_of_any_day_reads_back(day: date) -> None:
    assert parse_date(era_text(day)).value == day


@given(st.sampled_from(sorted(ERAS)), st.integers(1, 99), st.integers(1, 12), st.integers(1, 31))
def test_an_era_date_is_a_day_of_that_era_or_refused(era: str, year: int, month: int, day: int) -> None:
    first, last = ERAS[era]
    with contextlib.suppress(Unreadable):
        found = parse_date(f"{era}{year}年{month}月{day}日").value
        assert first <= found <= last
        assert (found.year - first.year + 1, found.month, found.day) == (year, month, day)


@given(
    st.text(max_size=30)
    | st.text("RHST令和平成年月日元.一二十〇0189 /-:()", max_size=16)
    | st.integers()
    | st.floats()
    | st.booleans()
)
def test_arbitrary_input_gives_a_day_or_a_refusal_and_nothing_else(typed: Any) -> None:
    for parse in (parse_date, parse_month):
        with contextlib.suppress(Unreadable):
            read = parse(typed)
            assert isinstance(read.value, date) or (isinstance(read, Missing) and isinstance(typed, str))


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 28), st.sampled_from("./-"))
def test_a_year_of_two_digits_is_never_completed(year: int, month: int, day: int, separator: str) -> None:
    with pytest.raises(Unreadable):
        parse_date(f"{year:02d}{separator}{month}{separator}{day}")
