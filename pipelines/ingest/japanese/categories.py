"""Marks and categories through a code book: the accepted texts are data, not code."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache

from pipelines.ingest.contracts import code_books
from pipelines.ingest.japanese.reading import Missing, Read, Unreadable, fold


@cache
def _lookup(codebook: str) -> dict[str, str]:
    return {fold(text).upper(): code for code, texts in code_books()[codebook].items() for text in texts}


def accepted(codebook: str) -> list[str]:
    """The texts we print in forms and messages: the first of each code."""
    books: Mapping[str, tuple[str, ...]] = code_books()[codebook]
    return [texts[0] for texts in books.values()]


def parse_category(value: object, codebook: str) -> Read:
    """Read a cell as a code of the code book.

    Raises:
        Unreadable: a text the code book does not hold; a near one is suggested, never taken.
    """
    if isinstance(value, bool):
        value = "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    key = fold(str(value)).upper()
    table = _lookup(codebook)
    if key in table:
        return Read(table[key])
    near = difflib.get_close_matches(key, list(table), n=1, cutoff=0.6)
    texts = accepted(codebook)
    suggestion = code_books()[codebook][table[near[0]]][0] if near else ""
    raise Unreadable(
        "unknown_category", "選択肢にない値です。", "、".join(texts) + " のいずれか", texts[0], suggestion
    )


def parse_mark(value: object, codebook: str = "yes_no") -> Read:
    """Read ○ or × as True or False; a dash is missing. Raises Unreadable for △ and anything else."""
    if isinstance(value, bool):
        return Read(value)
    if isinstance(value, str) and fold(value) in ("-", "－", "―", "ー", "‐"):
        return Missing()
    return Read(parse_category(value, codebook).value == "true")
