"""Numbers as people type them: ▲, commas, full width, kanji, units. Statistical symbols are not zero."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from pipelines.ingest.japanese.reading import Missing, Read, Unreadable, fold_number

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3}
_LARGE = {"兆": 10**12, "億": 10**8, "万": 10**4, "": 1}
_KANJI = "〇零一二三四五六七八九壱弐参十拾百千万億兆"
_KANJI_RUN = re.compile(rf"(?<!\d)[{_KANJI}]+(?!\d)")
_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+", re.ASCII)
_BELOW_10000 = re.compile(r"(?:(.)?(千))?(?:(.)?(百))?(?:(.)?([十拾]))?(.)?")
_BY_LARGE = re.compile(r"(?:([^兆億万]+)兆)?(?:([^兆億万]+)億)?(?:([^兆億万]+)万)?([^兆億万]*)")
_NUMBER = re.compile(r"(?P<sign>[-+▲△]?)(?P<n>[\d.,]+)(?P<unit>\D*)", re.ASCII)
_MIXED = re.compile(rf"(?P<sign>[-+▲△]?)(?P<n>[\d.,{_KANJI}]+)(?P<unit>[^\d{_KANJI}]*)", re.ASCII)
_MISSING = {"-": "該当なし", "…": "不詳", "...": "不詳", "x": "秘匿", "X": "秘匿", "": "空欄"}
_APPROXIMATE = re.compile(
    r"^(?:約|およそ|概ね|おおむね)|(?:程度|前後|くらい|ぐらい|弱|強|以上|以下|未満|超)$"
)
_LONGEST = 40
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


def kanji_to_digits(text: str) -> str:
    """Replace runs of kanji numerals by digits: 百二十 becomes 120, 二〇二六 becomes 2026.

    A run that is no well-formed number, or that stands beside digits (2十), stays as it is.
    """
    return _KANJI_RUN.sub(lambda match: _plain_text(match[0]), text)


def _plain_text(run: str) -> str:
    value = _mixed_value(run)
    return run if value is None else f"{value:f}"


def _mixed_value(text: str) -> Decimal | None:
    """The value of 百二十, 12万3千 or 1.5万; None when it is not well formed (三二十, 十百, a lone 万)."""
    match = _BY_LARGE.fullmatch(text)
    if not match or len(text) > _LONGEST:
        return None
    total = Decimal(0)
    for part, factor in zip(match.groups(), _LARGE.values(), strict=True):
        if part:
            value = _value_below_10000(part)
            if value is None or (total and value >= 10**4):
                return None
            total += value * factor
    return total


def _value_below_10000(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    match = _BELOW_10000.fullmatch(text)
    if not match:
        return None
    total = 0
    for digit, scale, factor in ((1, 2, 1000), (3, 4, 100), (5, 6, 10), (7, None, 1)):
        typed = match[digit]
        if typed is not None and not ((typed.isascii() and typed.isdigit()) or typed in _DIGITS):
            return None
        if scale is None:
            total += _digit(typed) if typed else 0
        elif match[scale]:
            total += (_digit(typed) if typed else 1) * factor
    return Decimal(total)


def _digit(text: str) -> int:
    return _DIGITS[text] if text in _DIGITS else int(text)


def parse_decimal(value: object, *, unit: str = "") -> Read:
    """Read a cell as a number in the contract's unit.

    Args:
        value: a number or text.
        unit: the contract's unit, such as 円, 千円, 時間 or 人回; empty when the number has none.

    Returns:
        A Read with a Decimal; a Missing for -, … and x, which are not zero.

    Raises:
        Unreadable: no number, an approximate number or range, a unit the contract does not know.
    """
    if isinstance(value, bool):
        raise _no_number()
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise _no_number()
        return Read(number)
    if not isinstance(value, str):
        raise _no_number()
    text = fold_number(value).replace("¥", "").replace("\\", "")
    if text in _MISSING:
        return Missing(repair=f"「{value}」を{_MISSING[text]}として扱いました。" if text else "")
    if any(unicodedata.category(c) == "No" for c in value):
        # NFKC makes 52 of 5² and (1), a negative number, of ⑴.
        raise _no_number(_digits_of(text))
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if _APPROXIMATE.search(text):
        raise Unreadable("approximate_number", "おおよその数です。", "確定した数", "30", _digits_of(text))
    sign, number, found = _parts(text)
    return _with_unit(-number if sign in ("-", "▲", "△") else number, found, unit, value)


def _parts(text: str) -> tuple[str, Decimal, str]:
    """Sign, number and unit. 千 after digits is part of a unit we know (3千円), else of the number (3千人)."""
    match = _NUMBER.fullmatch(text)
    if match and len(text) <= _LONGEST and _PLAIN.fullmatch(match["n"]):
        unit = match["unit"]
        if unit in _BASE or not _KANJI_RUN.match(unit):
            return match["sign"], Decimal(match["n"].replace(",", "")), unit
    match = _MIXED.fullmatch(text)
    number = None if match is None or text in _BASE else _mixed_value(match["n"])
    if match is None or number is None:
        raise _no_number()
    return match["sign"], number, match["unit"]


def _with_unit(number: Decimal, found: str, unit: str, typed: str) -> Read:
    if not found or found == unit:
        return Read(number)
    base = _BASE.get(unit)
    if base is None or found not in SCALES[base]:
        raise Unreadable("unknown_unit", f"単位「{found}」は使えません。", f"単位は{unit or 'なし'}", "3")
    scaled = number * Decimal(SCALES[base][found]) / Decimal(SCALES[base][unit])
    repair = "" if scaled == number else f"「{typed}」を{scaled.normalize():f}{unit}に換算しました。"
    return Read(scaled, repair)


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
