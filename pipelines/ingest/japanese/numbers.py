"""Numbers as people type them: ▲, commas, full width, kanji, units. Statistical symbols are not zero."""

from __future__ import annotations

import re
import unicodedata
from datetime import time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pipelines.ingest.japanese.kanji import (
    LONGEST,
    NUMERAL_RUN,
    NUMERALS,
    PLAIN_NUMBER,
    kanji_to_digits,
    mixed_value,
)
from pipelines.ingest.japanese.reading import (
    Missing,
    Read,
    Unreadable,
    fold_number,
    has_spaced_digits,
    missing_symbol,
)

_NUMBER = re.compile(r"(?P<sign>[-+▲△]?)(?P<n>[\d.,]+)(?P<unit>\D*)", re.ASCII)
_MIXED = re.compile(rf"(?P<sign>[-+▲△]?)(?P<n>[\d.,{NUMERALS}]+)(?P<unit>[^\d{NUMERALS}]*)", re.ASCII)
_RANGE = re.compile(r"(?P<low>\d[\d,.]*)\D{0,3}?(?:[~〜-]|から|ないし)(?P<high>\d[\d,.]*)\D{0,3}", re.ASCII)
_HOURS = re.compile(
    r"(?P<h>\d{1,9})時間(?:(?P<m>\d{1,2})分|(?P<half>半))|(?P<clock>\d{1,9}):(?P<minutes>[0-5]\d)", re.ASCII
)
_APPROXIMATE = re.compile(
    r"^(?:約|およそ|おおよそ|概ね|おおむね)|数(?:名|人|回|件|十|百|千)"
    r"|(?:程度|前後|くらい|ぐらい|ほど|余|余り|弱|強|以上|以下|未満|超)$"
)
# Units we know how to convert exactly; the factor is to the base unit on the left.
SCALES: dict[str, dict[str, int | Decimal]] = {
    "円": {"円": 1, "千円": 1000, "万円": 10**4, "百万円": 10**6, "億円": 10**8},
    "時間": {"時間": Decimal(1), "h": Decimal(1), "分": Decimal(1) / 60},
    "人": {"人": 1, "名": 1},
    "回": {"回": 1, "件": 1},
    "人回": {"人回": 1, "回": 1},
    "%": {"%": 1, "パーセント": 1},
}
_BASE = {unit: base for base, units in SCALES.items() for unit in units}
_PLACES = Decimal("0.0001")


def parse_decimal(value: object, *, unit: str = "", zero_is_below_unit: bool = False) -> Read:
    """Read a cell as a number in the contract's unit.

    Args:
        value: a number or text.
        unit: the contract's unit, such as 円, 千円, 時間 or 人回; empty when the number has none.
        zero_is_below_unit: the contract says that 0 means less than one unit, as in official statistics.

    Returns:
        A Read with a Decimal; a Missing for -, … and x, which are not zero.

    Raises:
        Unreadable: no number, an approximate number or range, a unit the contract does not know.
    """
    read = _typed(value, unit) if isinstance(value, str) else _stored(value, unit)
    if zero_is_below_unit and read.value == 0:
        return Missing(repair=f"「{value}」を単位未満(値なし)として扱いました。", code="below_unit")
    return read


def _stored(value: object, unit: str) -> Read:
    """A number, or a duration, that the workbook itself holds as such."""
    if isinstance(value, (time, timedelta)) and _BASE.get(unit) == "時間":
        seconds = (
            value.total_seconds()
            if isinstance(value, timedelta)
            else value.hour * 3600 + value.minute * 60 + value.second
        )
        return _converted(Decimal(round(seconds)) / 3600, "時間", unit, str(value))
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _no_number()
    # A spreadsheet keeps fifteen digits; what follows comes of its binary arithmetic.
    number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise _no_number()
    if unit == "%" and 0 < abs(number) <= 1:
        raise Unreadable(
            "ambiguous_percent",
            "書式が%のセルか、1%以下の数か、区別できません。",
            "%を付けた文字、または1より大きい数",
            "50%",
            f"{(number * 100).normalize():f}%",
        )
    return Read(number)


def _typed(typed: str, unit: str) -> Read:
    if missing := missing_symbol(typed):
        return missing
    text = fold_number(typed).replace("\\", "¥")
    if any(unicodedata.category(c) == "No" for c in typed):
        # NFKC makes 52 of 5² and (1), a negative number, of ⑴.
        raise _no_number(_digits_of(text))
    if has_spaced_digits(typed):
        raise Unreadable(
            "space_between_digits",
            "数字の間に空白か改行があります。",
            "続けて書いた1つの数",
            "1,200",
            _digits_of(text),
        )
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if _BASE.get(unit) == "円":
        text = _amount(text)
    _refuse_indefinite(text)
    if _BASE.get(unit) == "時間" and (hours := _HOURS.fullmatch(kanji_to_digits(text))):
        return _converted(_duration(hours), "時間", unit, typed)
    sign, number, found = _parts(text)
    return _with_unit(-number if sign in ("-", "▲", "△") else number, found, unit, typed)


def _amount(text: str) -> str:
    """An amount without what bills put around it: ¥1,200-, 金1,200円也."""
    plain = text.replace("¥", "").removeprefix("金")
    return plain.removesuffix("也").removesuffix("-") if plain != text else plain


def _refuse_indefinite(text: str) -> None:
    if _APPROXIMATE.search(text):
        raise Unreadable("approximate_number", "おおよその数です。", "確定した数", "30", _digits_of(text))
    if found := _RANGE.fullmatch(kanji_to_digits(text)):
        raise Unreadable(
            "number_range",
            "幅のある数です。",
            "1つの確定した数",
            "3",
            f"{found['low']}か{found['high']}のどちらか、または実績の数",
        )


def _duration(found: re.Match[str]) -> Decimal:
    hours = Decimal(found["h"] or found["clock"])
    minutes = 30 if found["half"] else int(found["m"] or found["minutes"] or 0)
    return hours + Decimal(minutes) / 60


def _parts(text: str) -> tuple[str, Decimal, str]:
    """Sign, number and unit. 千 after digits is part of a unit we know (3千円), else of the number (3千人)."""
    match = _NUMBER.fullmatch(text)
    if match and len(text) <= LONGEST and PLAIN_NUMBER.fullmatch(match["n"]):
        unit = match["unit"]
        if unit in _BASE or not NUMERAL_RUN.match(unit):
            return match["sign"], Decimal(match["n"].replace(",", "")), unit
    match = _MIXED.fullmatch(text)
    number = None if match is None or text in _BASE else mixed_value(match["n"])
    if match is None or number is None:
        raise _no_number()
    return match["sign"], number, match["unit"]


def _with_unit(number: Decimal, found: str, unit: str, typed: str) -> Read:
    if not found or found == unit:
        return Read(number)
    base = _BASE.get(unit)
    if base is None or found not in SCALES[base]:
        raise Unreadable("unknown_unit", f"単位「{found}」は使えません。", f"単位は{unit or 'なし'}", "3")
    return _converted(number, found, unit, typed)


def _converted(number: Decimal, found: str, unit: str, typed: str) -> Read:
    """The number in the contract's unit, with four places as the warehouse has them."""
    factor = Decimal(SCALES[_BASE[unit]][found]) / Decimal(SCALES[_BASE[unit]][unit])
    if factor == 1 and found != "時間":
        return Read(number)
    scaled = number * factor
    # Beyond all amounts; whoever bounds the number refuses it.
    rounded = scaled.quantize(_PLACES, ROUND_HALF_UP) if abs(scaled) < 10**18 else scaled
    note = "" if abs(rounded - scaled) < Decimal("1e-9") else "(小数第4位までに四捨五入)"
    return Read(rounded, f"「{typed}」を{rounded.normalize():f}{unit}に換算しました{note}。")


def parse_integer(value: object, *, unit: str = "") -> Read:
    """Read a cell as a whole number. Raises Unreadable for a fraction, as `parse_decimal` otherwise."""
    read = parse_decimal(value, unit=unit)
    if read.value is None:
        return read
    if read.value != read.value.to_integral_value():
        raise Unreadable("not_whole", "整数ではありません。", "整数", "3")
    return Read(int(read.value), read.repair)


def parse_money(value: object, *, unit: str = "円") -> Read:
    """Read a cell as yen. A cell in a 千円 column counts thousands; the result is whole yen.

    Raises:
        Unreadable: as `parse_decimal`, or a fraction of a yen.
    """
    read = parse_decimal(value, unit=unit)
    if read.value is None:
        return read
    yen = read.value * SCALES["円"][unit]
    if yen != yen.to_integral_value():
        raise Unreadable("not_whole_yen", "1円未満の端数があります。", f"金額({unit})", "1,200")
    return Read(int(yen), read.repair)


def parse_score(value: object, minimum: int, maximum: int) -> Read:
    """Read a whole score within its scale. Raises Unreadable outside it."""
    read = parse_integer(value)
    if read.value is not None and not minimum <= read.value <= maximum:
        raise Unreadable(
            "outside_scale", f"{read.value}は尺度の外です。", f"{minimum}から{maximum}の整数", str(maximum)
        )
    return read


def _digits_of(text: str) -> str:
    found = re.search(r"\d[\d,]*(?:\.\d+)?", kanji_to_digits(text))
    return found[0] if found else ""


def _no_number(suggestion: str = "") -> Unreadable:
    return Unreadable("not_a_number", "数として読めません。", "数", "1,200", suggestion)
