"""Units and codes of a column: the unit is the end of its name, the codes are those of the form it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.ingest.contracts import all_datasets, code_books

# A column's name ends in its unit (CONTRIBUTING.md, names). What a plain `_count` counts, its label says.
UNITS = {
    "_jpy": "円",
    "_pct": "%",
    "_hours": "時間",
    "_minute_count": "分",
    "_minutes_median": "分",
    "_minutes": "分",
    "_score": "点",
    "_days": "日",
    "onsite_day_count": "団体日",
    "municipality_day_count": "団体日",
    "_month_count": "月",
    "_visit_count": "人回",
}
# Columns that hold a code of a form's code book under a name of their own.
_OWN_NAMES = {
    "stage": "stages",
    "claimed_stage": "stages",
    "published_stage": "stages",
    "next_stage": "stages",
    "from_stage": "stages",
    "to_stage": "stages",
}

# 「measured=実測、…」 and 「plan 計画、…」 in a description.
_EXPLAINED = re.compile(r"(?<![A-Za-z_])([a-z][a-z_]+)(?:=| (?=[^\x00-\x7f]))([^、。(]+)")


def unit_of(column: str) -> str:
    """The unit that the longest known ending of a name says, or ''."""
    endings = sorted((e for e in UNITS if column.endswith(e)), key=len, reverse=True)
    return UNITS[endings[0]] if endings else ""


def codes_of(column: str, description: str, datasets: Iterable[str], codebook: str = "") -> dict[str, str]:
    """Codes with their printed names.

    Those of the code book that the column names, or else on which every form behind the table agrees for a
    field of that name, and those that the description explains (`up=大きいほどよい`). Where the two have nothing in common, the column
    only shares its name with the field, and the description is right.
    """
    explained = dict(_EXPLAINED.findall(description))
    explained = explained if len(explained) > 1 else {}
    known = all_datasets()
    fields = [f for d in datasets if d in known for f in known[d].fields if f.name == column]
    books = {f.codebook for f in fields} or {_OWN_NAMES.get(column, "")}
    book = codebook or (books.pop() if len(books) == 1 else "")
    listed = {
        code: texts[0] for code, texts in code_books().get(book, {}).items() if code not in ("true", "false")
    }
    return explained if explained and not set(explained) & set(listed) else {**listed, **explained}
