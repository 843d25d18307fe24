"""Numbers as people type them: ▲, commas, full width, kanji, units. Statistical symbols are not zero."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from pipelines.ingest.japanese.reading import Missing, Read, Unreadable, fold_number

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3}
_SMALL = {"十": 10, "拾": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_KANJI_RUN = re.compile("[〇零一二三四五六七八九壱弐参十拾百千万億兆]+")
_NUMBER = re.compile(r"^(?P<sign>[-+▲△]?)(?P<n>\d[\d,]*(?:\.\d+)?|\.\d+)(?P<unit>\D*)$")
_GROUPS = re.compile(r"^\d{1,3}(?:,\d{3})*(?:\.\d+)?$|^\d+(?:\.\d+)?$|^\.\d+$")
_MISSING = {"-": "該当なし", "…": "不詳", "...": "不詳", "x": "秘匿", "X": "秘匿", "": "空欄"}
_APPROXIMATE = re.compile(
    r"^(?:約|およそ|概ね|おおむね)|(?:程度|前後|くらい|ぐらい|弱|強|以上|以下|未満|超)$"
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


def kanji_to_digits(text: str) -> str:
    """Replace runs of kanji numerals by digits: 百二十 becomes 120, 二〇二六 becomes 2026."""
    return _KANJI_RUN.sub(lambda match: str(_kanji_value(match[0])), text)


def _kanji_value(run: str) -> int:
    if all(c in _DIGITS for c in run):
        return int("".join(str(_DIGITS[c]) for c in run))
    total = section = digit = 0
    for c in run:
        if c in _DIGITS:
            digit = digit * 10 + _DIGITS[c]
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        else:
            total += ((section + digit) or 1) * _LARGE[c]
            section = digit = 0
    return total + section + digit


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
        raise _no_number("真偽値")
    if isinstance(value, (int, Decimal)):
        return Read(Decimal(value))
    if isinstance(value, float):
        return Read(Decimal(repr(value)))
    if not isinstance(value, str):
        raise _no_number(str(value))
    text = fold_number(value).replace("¥", "").replace("\\", "")
    if text in _MISSING:
        return Missing(repair=f"「{value}」を{_MISSING[text]}として扱いました。" if text else "")
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if _APPROXIMATE.search(text):
        raise Unreadable("approximate_number", "おおよその数です。", "確定した数", "30", _digits_of(text))
    converted = kanji_to_digits(text.replace("千円", "#").replace("万円", "$").replace("億円", "&"))
    converted = converted.replace("#", "千円").replace("$", "万円").replace("&", "億円")
    match = _NUMBER.match(converted)
    if not match or not _GROUPS.match(match["n"]):
        raise _no_number(value)
    return _with_unit(match, unit, value)


def _with_unit(match: re.Match[str], unit: str, typed: str) -> Read:
    try:
        number = Decimal(match["n"].replace(",", ""))
    except InvalidOperation:
        raise _no_number(typed) from None
    if match["sign"] in ("-", "▲", "△"):
        number = -number
    found = match["unit"]
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


def _no_number(typed: str) -> Unreadable:
    return Unreadable("not_a_number", "数として読めません。", "数", "1,200")
