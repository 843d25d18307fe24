"""What every parser returns and raises, and the folding of widths, dashes and spaces."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

_DASHES = re.compile("[‐-―−－ー﹣]")
_SPACES = re.compile(r"\s+")


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
    """No value, with the statistical reason (none, not available, suppressed)."""

    value: None = None


def fold(text: str) -> str:
    """NFKC, without any whitespace: for matching names and headings, never for display."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def fold_number(text: str) -> str:
    """Fold widths and every kind of dash, for numbers and ranges only (ー is a letter elsewhere)."""
    return _DASHES.sub("-", fold(text))
