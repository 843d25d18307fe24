"""Numbers as people type them. A misread 12万3千円 is a hundredfold error in a figure the assembly decides on."""

from __future__ import annotations

import contextlib
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.japanese.kanji import kanji_to_digits
from pipelines.ingest.japanese.numbers import (
    SCALES,
    parse_decimal,
    parse_integer,
    parse_money,
    parse_score,
)
from pipelines.ingest.japanese.reading import Missing, Unreadable

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
DIGITS = "〇一二三四五六七八九"


def in_kanji(number: int) -> str:
    """百二十万三千 for 1203000, as people write it."""
    if number == 0:
        return "〇"
    text = ""
    for name, factor in (("兆", 10**12), ("億", 10**8), ("万", 10**4), ("", 1)):
        part, number = divmod(number, factor)
        for small, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
            digit, part = divmod(part, size)
            if digit:
                text += ("" if digit == 1 and small else DIGITS[digit]) + small
        if text and text[-1] not in "兆億万" and name and not text.endswith(name):
            text += name
    return text


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("1,234", "", "1234"),
        ("１，２３４", "", "1234"),
        ("1234.50", "", "1234.50"),
        (".5", "", "0.5"),
        ("+3", "", "3"),
        ("▲1,234", "", "-1234"),
        ("△1,234", "", "-1234"),
        ("△ 1,234", "", "-1234"),
        ("(1,234)", "", "-1234"),
        ("（１，２３４）", "", "-1234"),
        ("−1,234", "", "-1234"),
        ("－１，２３４", "", "-1234"),
        ("ー5", "", "-5"),
        ("¥1,200", "円", "1200"),
        ("¥1,200-", "円", "1200"),
        ("▲¥1,200", "円", "-1200"),
        ("金壱百弐拾万円也", "円", "1200000"),
        ("金1,200円也", "円", "1200"),
        ("50%", "%", "50"),
        ("0.5", "%", "0.5"),
        (0.1 + 0.2, "", "0.3"),
        (1234.567 * 3, "", "3703.701"),
        ("3回", "回", "3"),
        ("３ 回", "回", "3"),
        ("30名", "人", "30"),
        ("2.5時間", "時間", "2.5"),
        ("三回", "回", "3"),
        ("十", "", "10"),
        ("二〇二六", "", "2026"),
        ("百二十万円", "円", "1200000"),
        ("百二十万三千円", "円", "1203000"),
        ("12万3千円", "円", "123000"),
        ("3百万円", "円", "3000000"),
        ("1.5億円", "円", "150000000"),
        ("2千人", "人", "2000"),
        ("1万", "", "10000"),
        ("1万2345", "", "12345"),
        ("千五百円", "円", "1500"),
        ("百二十万円", "千円", "1200"),
        ("1,200千円", "千円", "1200"),
        (3, "", "3"),
        (2.5, "", "2.5"),
        (0.1, "", "0.1"),
        ("0", "", "0"),
    ],
)
def test_every_spelling_is_the_number_meant(typed: object, unit: str, value: str) -> None:
    assert parse_decimal(typed, unit=unit).value == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "unit", "value", "shown"),
    [
        ("1,200千円", "円", 1_200_000, "1200000円"),
        ("1.2万円", "円", 12_000, "12000円"),
        ("1,200,000円", "千円", 1200, "1200千円"),
        ("90分", "時間", Decimal("1.5"), "1.5時間"),
        ("100分", "時間", Decimal("1.6667"), "1.6667時間に換算しました(小数第4位までに四捨五入)"),
        ("2時間30分", "時間", Decimal("2.5"), "2.5時間"),
        ("二時間半", "時間", Decimal("2.5"), "2.5時間"),
        ("2:30", "時間", Decimal("2.5"), "2.5時間"),
    ],
)
def test_another_known_unit_is_converted_and_the_conversion_is_recorded(
    typed: str, unit: str, value: int | Decimal, shown: str
) -> None:
    read = parse_decimal(typed, unit=unit)
    assert round(read.value, 4) == value
    assert typed in read.repair
    assert shown in read.repair


@pytest.mark.parametrize(
    ("typed", "unit", "rule", "suggestion"),
    [
        ("約30名", "人", "approximate_number", "30"),
        ("30名程度", "人", "approximate_number", "30"),
        ("３０人以上", "人", "approximate_number", "30"),
        ("100万円未満", "円", "approximate_number", "100"),
        ("10〜20", "", "number_range", "10か20"),
        ("10～20名", "人", "number_range", "10か20"),
        ("３～５回", "回", "number_range", "3か5"),
        ("3回から5回", "回", "number_range", "3か5"),
        ("十数名", "人", "approximate_number", ""),
        ("30名余", "人", "approximate_number", "30"),
        ("3 4", "", "space_between_digits", ""),
        ("3\n4", "", "space_between_digits", ""),
        ("¥5", "人", "not_a_number", ""),
        (0.5, "%", "ambiguous_percent", "50%"),
        (1, "%", "ambiguous_percent", "100%"),
        (timedelta(hours=2), "回", "not_a_number", ""),
        ("10-20", "", "number_range", "10か20"),
        ("3、4", "", "not_a_number", ""),
        ("1,23", "", "not_a_number", ""),
        ("1.2.3", "", "not_a_number", ""),
        ("1e5", "", "not_a_number", ""),
        ("5²", "", "not_a_number", "52"),
        ("⑴", "", "not_a_number", "1"),
        ("①", "", "not_a_number", "1"),
        ("三二十", "", "not_a_number", ""),
        ("十百", "", "not_a_number", ""),
        ("0千1", "", "not_a_number", ""),
        ("1万23456", "", "not_a_number", ""),
        ("千円", "円", "not_a_number", ""),
        ("百万円", "円", "not_a_number", ""),
        ("万", "", "not_a_number", ""),
        ("--5", "", "not_a_number", ""),
        ("△", "", "not_a_number", ""),
        ("なし", "", "not_a_number", ""),
        ("3泊", "回", "unknown_unit", ""),
        ("3回", "", "unknown_unit", ""),
        ("5円", "人", "unknown_unit", ""),
        (True, "", "not_a_number", ""),
        (float("nan"), "", "not_a_number", ""),
        (float("inf"), "", "not_a_number", ""),
        (None, "", "not_a_number", ""),
        ("九" * 5000, "", "not_a_number", ""),
        ("9" * 5000, "", "not_a_number", ""),
    ],
)
def test_what_is_no_definite_number_is_refused(typed: object, unit: str, rule: str, suggestion: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_decimal(typed, unit=unit)
    assert caught.value.rule == rule
    assert suggestion in caught.value.suggestion
    assert caught.value.expected
    assert caught.value.example


@pytest.mark.parametrize("symbol", ["-", "－", "―", "ー", "−", "…", "...", "x", "X", "ｘ"])
def test_a_statistical_symbol_is_missing_with_its_reason_and_never_zero(symbol: str) -> None:
    read = parse_decimal(symbol, unit="回")
    assert isinstance(read, Missing)
    assert read.value is None
    assert symbol in read.repair
    assert parse_integer(symbol).value is None
    assert parse_money(symbol).value is None
    assert parse_score(symbol, 0, 4).value is None


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("-", "none"),
        ("…", "not_available"),
        ("・・・", "not_available"),
        ("<NA>", "not_available"),
        ("NaN", "not_available"),
        ("x", "suppressed"),
        ("Ｘ", "suppressed"),
        ("", "blank"),
        (" 　", "blank"),
    ],
)
def test_every_reason_for_no_value_has_its_code(symbol: str, code: str) -> None:
    read = parse_decimal(symbol)
    assert isinstance(read, Missing)
    assert read.code == code
    assert bool(read.repair) == (code != "blank")


@pytest.mark.parametrize("zero", ["0", 0, "０", 0.0])
def test_zero_is_a_number_unless_the_contract_says_it_means_less_than_a_unit(zero: object) -> None:
    assert parse_decimal(zero).value == 0
    read = parse_decimal(zero, zero_is_below_unit=True)
    assert isinstance(read, Missing)
    assert (read.code, "単位未満" in read.repair) == ("below_unit", True)
    assert parse_decimal("1", zero_is_below_unit=True).value == 1


@pytest.mark.parametrize("typed", [time(2, 30), timedelta(hours=2, minutes=30)])
def test_a_duration_that_excel_made_a_time_of_day_is_hours_again(typed: object) -> None:
    read = parse_decimal(typed, unit="時間")
    assert (read.value, "2.5時間" in read.repair) == (Decimal("2.5"), True)


def test_the_symbols_for_none_not_available_and_suppressed_are_told_apart() -> None:
    assert len({parse_decimal(symbol).repair.split("を")[1] for symbol in ("-", "…", "x")}) == 3


@pytest.mark.parametrize(
    ("typed", "unit", "yen"),
    [
        ("1,200", "千円", 1_200_000),
        (1.5, "千円", 1500),
        ("1200円", "円", 1200),
        ("1,200円", "千円", 1200),
        (0, "千円", 0),
    ],
)
def test_money_is_whole_yen_whatever_the_columns_unit(typed: object, unit: str, yen: int) -> None:
    assert parse_money(typed, unit=unit).value == yen


@pytest.mark.parametrize(("typed", "unit"), [("0.5", "円"), (0.0005, "千円"), ("1.2345千円", "円")])
def test_a_fraction_of_a_yen_is_refused(typed: object, unit: str) -> None:
    with pytest.raises(Unreadable, match="1円未満"):
        parse_money(typed, unit=unit)


def test_a_fraction_is_no_count() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_integer("2.5")
    assert caught.value.rule == "not_whole"


@pytest.mark.parametrize("typed", [5, -1, "５", "99"])
def test_a_score_outside_its_scale_is_refused(typed: object) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_score(typed, 0, 4)
    assert caught.value.rule == "outside_scale"
    assert "0から4" in caught.value.expected


@given(st.integers(1, 10**13))
def test_kanji_arabic_and_full_width_spellings_are_one_number(number: int) -> None:
    spellings = [
        in_kanji(number),
        f"{number:,}",
        str(number).translate(FULL_WIDTH),
        f"{number:,}".translate(FULL_WIDTH),
    ]
    assert [parse_decimal(text).value for text in spellings] == [number] * len(spellings)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_minus_sign_means_minus(number: Decimal) -> None:
    size = f"{abs(number):,}"
    for text in (f"▲{size}", f"△{size}", f"({size})", f"−{size}", f"-{size}"):
        assert parse_decimal(text).value == -abs(number)


@given(st.integers(1, 9999), st.sampled_from(["千円", "万円", "百万円", "億円"]))
def test_amounts_in_larger_units_keep_their_value(number: int, unit: str) -> None:
    assert parse_money(f"{number:,}{unit}").value == number * SCALES["円"][unit]


@given(
    st.text(max_size=24)
    | st.text("0123456789,.▲△-()約一二十百千万億円人回名〜x…% ", max_size=14)
    | st.integers()
    | st.floats()
    | st.none()
)
def test_arbitrary_input_gives_a_finite_number_a_missing_code_or_a_refusal(typed: Any) -> None:
    for unit in ("", "円", "千円", "人"):
        with contextlib.suppress(Unreadable):
            value = parse_decimal(typed, unit=unit).value
            assert value is None or value.is_finite()
        with contextlib.suppress(Unreadable):
            value = parse_money(typed, unit=unit or "円").value if unit in ("円", "千円") else None
            assert value is None or isinstance(value, int)


@given(st.text("0123456789一二三四五六七八九十百千", min_size=1, max_size=6))
def test_digits_beside_kanji_are_never_joined_into_another_number(text: str) -> None:
    """2十 is no 210: what is not well formed stays as typed, so that the parser behind it refuses."""
    converted = kanji_to_digits(text)
    if any(c.isdigit() for c in text) and any(c not in "0123456789" for c in text):
        assert not converted.isdigit()
