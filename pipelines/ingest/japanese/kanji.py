"""Kanji numerals: 百二十 is 120, 二〇二六 is 2026, 12万3千 is 123000."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3}
_LARGE = {"兆": 10**12, "億": 10**8, "万": 10**4, "": 1}
NUMERALS = "〇零一二三四五六七八九壱弐参十拾百千万億兆"
NUMERAL_RUN = re.compile(rf"(?<!\d)[{NUMERALS}]+(?!\d)")
PLAIN_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+", re.ASCII)
_BELOW_10000 = re.compile(r"(?:(.)?(千))?(?:(.)?(百))?(?:(.)?([十拾]))?(.)?")
_BY_LARGE = re.compile(r"(?:([^兆億万]+)兆)?(?:([^兆億万]+)億)?(?:([^兆億万]+)万)?([^兆億万]*)")
LONGEST = 40


def kanji_to_digits(text: str) -> str:
    """Replace runs of kanji numerals by digits: 百二十 becomes 120, 二〇二六 becomes 2026.

    A run that is no well-formed number, or that stands beside digits (2十), stays as it is.
    """
    return NUMERAL_RUN.sub(lambda match: _plain_text(match[0]), text)


def _plain_text(run: str) -> str:
    value = mixed_value(run)
    return run if value is None else f"{value:f}"


def mixed_value(text: str) -> Decimal | None:
    """The value of 百二十, 12万3千 or 1.5万; None when it is not well formed (三二十, 十百, a lone 万)."""
    match = _BY_LARGE.fullmatch(text)
    if not match or len(text) > LONGEST:
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
    if PLAIN_NUMBER.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    match = _BELOW_10000.fullmatch(text)
    if not match:
        return None
    total, kinds = 0, set()
    for digit, scale, factor in ((1, 2, 1000), (3, 4, 100), (5, 6, 10), (7, None, 1)):
        typed, is_there = match[digit], scale is not None and match[scale] is not None
        if typed is not None and not ((typed.isascii() and typed.isdigit()) or typed in _DIGITS):
            return None
        # Nobody writes 0千5: something else was meant.
        if typed and is_there and _digit(typed) == 0:
            return None
        if typed or is_there:
            kinds.add(bool(typed and typed.isascii()))
            total += (_digit(typed) if typed else 1) * factor
    # 2千5百 is one way of writing and 二千五百 another; 千5 may be either or neither.
    return None if len(kinds) > 1 else Decimal(total)


def _digit(text: str) -> int:
    return _DIGITS[text] if text in _DIGITS else int(text)
