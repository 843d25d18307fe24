"""Text in spreadsheets: what would be run as a formula, and how wide it stands."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Text starting like this would be run as a formula by a spreadsheet program.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def safe_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet program would take for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def as_typed(text: str) -> str:
    """Undo `safe_text`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def without_controls(text: str) -> str:
    """Text without the control characters that a workbook cannot hold."""
    return _CONTROLS.sub("", text)


@lru_cache(maxsize=65_536)
def width_of(text: str) -> int:
    """Columns a text takes: two for a full-width character, of the longest line."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
            for line in text.split("\n")
        ),
        default=0,
    )
