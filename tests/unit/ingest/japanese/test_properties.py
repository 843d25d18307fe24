"""What holds for every parser: whatever stands in a cell is read or refused, and nothing changes without being said.

The oracles here know nothing of the parsers: they look at the digits that were typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fiscal_year import ERAS
from pipelines.ingest.conform.cell import parse_cell, parsing_context
from pipelines.ingest.contracts import Field, all_datasets
from pipelines.ingest.japanese.dates import parse_date, parse_month
from pipelines.ingest.japanese.numbers import parse_decimal, parse_money
from pipelines.ingest.japanese.reading import Missing, Read, Unreadable
from pipelines.ingest.japanese.times import parse_time, parse_timestamp
from pipelines.ingest.municipalities import (
    check_digit,
    corporate_check_digit,
    municipalities,
    parse_area_code,
    parse_corporate_number,
    parse_municipality,
)
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.grid import Unvalued

CODES = {"none", "not_available", "suppressed", "below_unit", "blank"}
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "place_name": (str,),
    "person": (str,),
    "category": (str,),
    "municipality": (str,),
    "area_code": (str,),
    "corporate_number": (str,),
    "integer": (int,),
    "money": (int,),
    "score": (int,),
    "time": (int,),
    "fiscal_year": (int,),
    "decimal": (Decimal,),
    "date": (date,),
    "month": (date,),
    "mark": (bool,),
}
# A chat export is no table: its fields are never cells.
FIELDS = {f.parser: f for d in all_datasets().values() if d.kind != "chat_export" for f in d.fields}
TYPED = "0123456789０１２３,.，．-－−~〜～/:：年月日時分元令和平成RHS▲△()（）十百千万億円回人名時間半約午前後% 　…xX〃○×TＴ#N/A=@\n"
CELLS = st.one_of(
    st.text(max_size=30),
    st.text(TYPED, max_size=14),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.text(max_size=8).map(Unvalued),
)


def attempt(parse: Callable[..., Read], *arguments: Any, **options: Any) -> Read | None:
    """What was read, or None for a refusal that says all a clerk needs."""
    try:
        return parse(*arguments, **options)
    except Unreadable as error:
        refused = error
    assert all((refused.rule, refused.message, refused.expected, refused.example))
    return None


def half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def numbers_in(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"[0-9]+", half_width(text).replace("元", "1"))]


@pytest.mark.parametrize("parser", sorted(FIELDS))
def test_every_kind_of_field_is_read_or_refused_whatever_stands_in_its_cell(parser: str) -> None:
    field: Field = FIELDS[parser]
    context = parsing_context(sample_key(), {"紀ノ川市": "302082"}, 2026)

    @given(CELLS, st.sampled_from([field.unit, "", "円", "千円"] if parser == "money" else [field.unit]))
    def check(value: Any, unit: str) -> None:
        read = attempt(parse_cell, value, field, unit or field.unit, context)
        if read is None:
            return
        if read.value is None:
            assert isinstance(read, Missing)
            assert read.code in CODES
        else:
            assert isinstance(read.value, TYPES[parser])

    check()


@given(
    st.sampled_from("▲△-−－ー("),
    st.integers(0, 10**9),
    st.integers(0, 9999),
    st.sampled_from(["", "円", "千円"]),
)
def test_every_number_we_write_reads_back_in_every_notation(
    sign: str, whole: int, part: int, unit: str
) -> None:
    value = Decimal(whole) + Decimal(part).scaleb(-4)
    plain = f"{value.normalize():f}"
    grouped = f"{whole:,}" + (f".{plain.partition('.')[2]}" if "." in plain else "")
    for text in (plain, grouped, plain.translate(WIDE), grouped.translate(WIDE), f" {grouped}{unit} "):
        assert parse_decimal(text, unit=unit or "円") == Read(value)
        minus = f"({text})" if sign == "(" else sign + text.strip()
        assert parse_decimal(minus, unit=unit or "円") == Read(-value)


WIDE = str.maketrans("0123456789.,:/-", "０１２３４５６７８９．，：／－")


@given(
    st.text("0123456789０１２,.，．-▲△()人名円千 　+%", max_size=12), st.sampled_from(["", "円", "人", "%"])
)
def test_a_number_read_without_a_word_has_exactly_the_digits_that_were_typed(text: str, unit: str) -> None:
    read = attempt(parse_decimal, text, unit=unit)
    if read is None or read.repair or read.value is None:
        return
    thousands, kanji, rest = half_width(text).rpartition("千")
    expected = sum(
        Decimal("".join(re.findall(r"[0-9.]", part)) or empty) * factor
        for part, empty, factor in ((thousands, "1" if kanji else "0", 1000), (rest, "0", 1))
    )
    assert abs(read.value) == expected
    assert (read.value < 0) <= any(mark in half_width(text) for mark in "-▲△(")


@given(st.integers(1, 10**8), st.sampled_from(["千円", "万円", "百万円", "億円"]))
def test_another_unit_is_never_converted_in_silence(number: int, unit: str) -> None:
    read = parse_money(f"{number:,}{unit}")
    assert read.value == number * {"千円": 10**3, "万円": 10**4, "百万円": 10**6, "億円": 10**8}[unit]
    assert f"{number:,}{unit}" in read.repair
    assert f"{read.value}円" in read.repair


@given(st.floats(-(10**9), 10**9).map(lambda x: round(x, 4)))
def test_what_a_spreadsheet_computes_is_the_number_it_shows(number: float) -> None:
    """Its binary tail (0.1 + 0.2) is nothing that anybody typed or saw."""
    assert parse_decimal(number + 0.0).value == Decimal(f"{number:.15g}")


ERA_OF = [(name, first, last) for name, (first, last) in ERAS.items()]


@given(st.dates(date(1912, 7, 30), date(2099, 12, 31)), st.booleans())
def test_every_day_reads_back_in_every_notation_of_its_era(day: date, is_wide: bool) -> None:
    era, first, _ = next((name, a, b) for name, a, b in ERA_OF if a <= day <= b)
    year = day.year - first.year + 1
    letter = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T"}[era]
    first_year = "元" if year == 1 else str(year)
    weekday = "月火水木金土日"[day.weekday()]
    texts = [
        f"{era}{first_year}年{day.month}月{day.day}日",
        f"{era}{year}年{day.month}月{day.day}日({weekday})",
        f"{era[0]}{year}.{day.month}.{day.day}",
        f"{letter}{year:02d}/{day.month:02d}/{day.day:02d}",
        f"{letter.lower()}{year}-{day.month}-{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d} 00:00:00",
        f"{era}{first_year}年({day.year}年){day.month}月{day.day}日",
    ]
    for text in texts:
        assert parse_date(text.translate(WIDE) if is_wide else text) == Read(day), text
    assert parse_date(day) == parse_date(datetime(day.year, day.month, day.day)) == Read(day)
    month = Read(day.replace(day=1))
    for text in (f"{letter}{year}.{day.month}", f"{day.year}年{day.month}月", f"{day:%Y-%m}"):
        assert parse_month(text.translate(WIDE) if is_wide else text) == month, text


@given(st.text("0123456789０１年月日./-RHS令和平成昭元()（）月火 　:T", max_size=18))
def test_a_date_read_without_a_word_has_exactly_the_numbers_that_were_typed(text: str) -> None:
    read = attempt(parse_date, text)
    if read is None or read.repair or read.value is None:
        return
    typed = numbers_in(text)
    day: date = read.value
    if typed[0] > 9999:
        assert typed[0] == int(f"{day:%Y%m%d}")
        return
    years = {day.year, *(day.year - first.year + 1 for first, _ in ERAS.values())}
    assert typed[0] in years
    rest = typed[1:] if len(typed) == 3 or typed[1] not in years or len(typed) > 4 else typed[2:]
    assert rest[:2] == [day.month, day.day]


@given(st.integers(0, 1800))
def test_every_minute_reads_back_in_every_notation(minutes: int) -> None:
    hour, minute = divmod(minutes, 60)
    texts = [
        f"{hour}:{minute:02d}",
        f"{hour:02d}:{minute:02d}:00",
        f"{hour}時{minute}分",
        f"{hour}時{minute:02d}分",
    ]
    texts += [f"{hour}時半"] if minute == 30 else []
    texts += [f"{hour}時"] if minute == 0 else []
    if hour < 24:
        half, twelve = ("午前", hour) if hour < 12 else ("午後", hour - 12)
        texts += [f"{half}{twelve}時{minute}分", f"{half}{twelve}:{minute:02d}"]
        texts += [f"{'AM' if hour < 12 else 'PM'}{twelve or 12}:{minute:02d}"]
        assert parse_time(time(hour, minute)) == Read(minutes)
        assert parse_time(minutes / 1440) == Read(minutes)
    assert parse_time(timedelta(minutes=minutes)) == Read(minutes)
    for text in texts:
        assert parse_time(text) == parse_time(text.translate(WIDE)) == Read(minutes), text


@given(st.text("0123456789０１時分半:：午前後APM 秒", max_size=10))
def test_a_time_read_without_a_word_has_exactly_the_numbers_that_were_typed(text: str) -> None:
    read = attempt(parse_time, text)
    if read is None or read.repair or read.value is None:
        return
    hour, *rest = numbers_in(text)
    minute = 30 if "半" in text else rest[0] if rest else 0
    is_half_day = any(mark in half_width(text).upper() for mark in ("午", "AM", "PM"))
    assert read.value % 60 == minute
    assert read.value // 60 % (12 if is_half_day else 31) == hour % (12 if is_half_day else 31)
    assert not any(rest[1:]), "seconds other than zero are said"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_every_instant_reads_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    for text in (f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%Y/%m/%d %H:%M:%S}", moment.isoformat() + "+09:00"):
        assert parse_timestamp(text) == Read(moment)
    assert parse_timestamp(moment) == Read(moment)


@given(st.integers(1, 47), st.sampled_from([0, *range(100, 1000)]))
def test_every_area_code_reads_back_and_a_shortened_one_says_so(prefecture: int, place: int) -> None:
    five = f"{prefecture:02d}{place:03d}"
    code = f"{five}{check_digit(five)}"
    for typed in (
        code,
        f" {code} ",
        code.translate(WIDE),
        *([float(code), f"{code}.0"] if prefecture > 9 else []),
    ):
        assert parse_area_code(typed) == Read(code)
    for typed in (five, int(five), float(five)):
        read = attempt(parse_area_code, typed)
        if read is not None and read.value == code:
            assert code in read.repair


@given(st.sampled_from(sorted(municipalities())), st.sampled_from(["{}", " {} ", "　{}", "{}\n"]))
def test_every_official_name_reads_back_without_a_word(code: str, layout: str) -> None:
    town = municipalities()[code]
    for name in (town.name, town.long_name, "和歌山県" + town.name, code, code.translate(WIDE)):
        assert parse_municipality(layout.format(name)) == Read(code)
    alias = parse_municipality("旧名", {"旧名": code})
    assert (alias.value, town.name in alias.repair) == (code, True)


@given(st.integers(0, 10**12 - 1))
def test_every_corporate_number_reads_back(twelve: int) -> None:
    number = f"{corporate_check_digit(f'{twelve:012d}')}{twelve:012d}"
    grouped = f"{number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}"
    for typed in (number, int(number), float(number), "T" + number, grouped, grouped.translate(WIDE)):
        assert parse_corporate_number(typed) == Read(number)
