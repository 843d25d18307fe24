"""Numbers and dates in words. A wrong sign or a half rounded the wrong way is a wrong report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.wording import (
    MEASURE,
    number_cell,
    number_text,
    percent,
    short_date,
    signed_text,
    wareki,
    year_label,
    yen_cell,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Decimal("0.5"), 0, "1"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-2.5"), 0, "−3"),
        (Decimal("68.6636"), 1, "68.7"),
        (Decimal("0.05"), 1, "0.1"),
        (1234567, 0, "1,234,567"),
        (Decimal("-0.04"), 1, "0.0"),
        (0, 0, "0"),
        (None, 2, "－"),
    ],
)
def test_halves_round_up_and_thousands_are_parted(
    value: Decimal | int | None, decimals: int, text: str
) -> None:
    assert number_text(value, decimals) == text


def test_a_float_is_rounded_as_it_is_written_not_as_it_is_stored() -> None:
    assert number_text(2.675, 2) == "2.68"


@given(st.decimals(-(10**12), 10**12, places=4), st.integers(0, 3))
def test_what_is_written_is_within_half_a_step_of_the_value(value: Decimal, decimals: int) -> None:
    text = number_text(value, decimals)
    read = Decimal(text.replace("−", "-").replace(",", ""))
    assert abs(read - value) <= Decimal(10) ** -decimals / 2


def test_money_goes_down_with_a_triangle_and_statistics_with_a_minus() -> None:
    assert yen_cell(Decimal(-1500)).text == "▲1,500"
    assert number_cell(Decimal("-1.5"), 1).text == "−1.5"
    assert "▲" in yen_cell(Decimal(-1500)).number_format
    assert "−" in number_cell(Decimal("-1.5"), 1).number_format


def test_a_change_carries_its_sign_and_no_change_carries_none() -> None:
    assert signed_text(Decimal("1.2"), 1) == "+1.2"
    assert signed_text(Decimal("-1.2"), 1) == "−1.2"
    assert signed_text(Decimal("0.01"), 1) == "0.0"
    assert signed_text(Decimal(-3), minus="▲") == "▲3"
    assert signed_text(None) == "－"


def test_dates_are_in_japanese_years_with_the_western_year() -> None:
    assert wareki(date(2026, 11, 20)) == "令和8年(2026年)11月20日"
    assert wareki(date(2019, 5, 1)) == "令和元年(2019年)5月1日"
    assert wareki(date(2019, 4, 30)) == "平成31年(2019年)4月30日"
    assert short_date(date(2026, 11, 20)) == "R8.11.20"
    assert short_date(date(2019, 4, 30)) == "H31.4.30"
    assert short_date(date(2019, 5, 1)) == "R1.5.1"
    assert short_date(None) == "－"
    assert year_label(2026) == "令和8年度"


def test_a_share_of_nothing_is_no_number() -> None:
    assert percent(1, 0) == "－"
    assert percent(1, 3) == "33.3%"


@pytest.mark.parametrize(
    "text", ["29団体", "1,234,567円", "69.6%", "▲18円", "+0.86点", "K107", "R8.11.20", "6団体月"]
)
def test_a_figure_and_its_unit_are_one_piece(text: str) -> None:
    found = MEASURE.search(f"これは{text}です")
    assert found is not None
    assert found[0] == text
