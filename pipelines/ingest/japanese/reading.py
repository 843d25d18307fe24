"""What every parser returns and raises, and the folding of widths, dashes and spaces."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

_DASHES = re.compile("[‐-―−－ー﹣]")
_SPACES = re.compile(r"\s+")
_SPACED_DIGITS = re.compile(r"\d\s+\d")
# The symbols of official statistics, and what other programs write for a value they do not have.
_NONE, _NOT_AVAILABLE, _SUPPRESSED = "none", "not_available", "suppressed"
_SYMBOLS = {
    "": "blank",
    "-": _NONE,
    **dict.fromkeys(("...", "..", "⋯", "・・・", "<NA>", "NAN", "NULL", "N/A", "#N/A"), _NOT_AVAILABLE),
    "X": _SUPPRESSED,
}
_REASONS = {_NONE: "該当なし", _NOT_AVAILABLE: "不詳", _SUPPRESSED: "秘匿"}


class Unreadable(ValueError):
    """A cell that cannot be read as what the contract says.

    Attributes:
        rule: short English id of the broken rule.
        message: what is wrong, in Japanese.
        expected: what was expected.
        example: one correct example.
        suggestion: the likely value, or an empty string. Never applied.
    """

    def __init__(self, rule: str, message: str, expected: str, example: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.expected = expected
        self.example = example
        self.suggestion = suggestion


@dataclass(frozen=True)
class Read:
    """A value, and what was changed to get it.

    Attributes:
        value: the typed value, or None for a missing code.
        repair: empty, or in Japanese how the typed text was read differently from how it stood.
    """

    value: Any
    repair: str = ""


@dataclass(frozen=True)
class Missing(Read):
    """No value, with the statistical reason.

    Attributes:
        code: none (-), not_available (…), suppressed (x), below_unit (0 where the contract says so) or blank.
    """

    value: None = None
    code: str = "blank"


def fold(text: str) -> str:
    """NFKC, without any whitespace: for matching names and headings, never for display."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def fold_number(text: str) -> str:
    """Fold widths and every kind of dash, for numbers and ranges only (ー is a letter elsewhere)."""
    return _DASHES.sub("-", fold(text))


def has_spaced_digits(text: str) -> bool:
    """Whether a space or a line break stands between two digits: without it 3 4 would become 34."""
    return _SPACED_DIGITS.search(unicodedata.normalize("NFKC", text).strip()) is not None


def missing_symbol(typed: str) -> Missing | None:
    """The missing code that a cell's text stands for; None when it is none of the symbols."""
    code = _SYMBOLS.get(fold_number(typed).upper())
    if code is None:
        return None
    reason = _REASONS.get(code)
    return Missing(repair=f"「{typed}」を{reason}(値なし)として扱いました。" if reason else "", code=code)
