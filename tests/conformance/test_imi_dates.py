"""The date normaliser of the state's IMI project: we read what it reads, except where we refuse on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.ingest.japanese.dates import parse_date
from pipelines.ingest.japanese.reading import Unreadable

_NOT_BEGUN = "outside_era"  # IMI counts years of an era without asking whether it had begun.
_NOBODY_TYPES_IT = "not_a_date"
REFUSED_ON_PURPOSE = {
    "令和元年一月一日": _NOT_BEGUN,
    "令和1年1月1日": _NOT_BEGUN,
    "R1-01-01": _NOT_BEGUN,
    "r1-01-01": _NOT_BEGUN,
    **{f"{era}元年1月1日": _NOT_BEGUN for era in ("明治", "大正", "昭和", "平成", "令和", *"明大昭平令")},
    **{f"{era}1-1-1": _NOT_BEGUN for era in (*"明大昭平令", *"㍾㍽㍼㍻㋿", "\uf9a8")},
    **{f"{era}元-1-1": _NOT_BEGUN for era in "明大昭平令"},
    "令和元ねん1がつ1にち": _NOBODY_TYPES_IT,
}


def pairs(given: Any, expected: Any) -> Iterator[tuple[str, str | None]]:
    """Every text to be read and the day it is (none where IMI says that it is no date)."""
    if isinstance(given, str):
        yield given, expected.get("標準型日付")
    elif isinstance(given, list):
        for one, other in zip(given, expected, strict=True):
            yield from pairs(one, other)
    elif "標準型日付" in given:
        # Already normalised: nothing is read.
        return
    elif "表記" in given:
        text = given["表記"]
        yield text[0] if isinstance(text, list) else text, expected.get("標準型日付")
    else:
        for name, part in given.items():
            if isinstance(part, dict):
                yield from pairs(part, expected[name])


def test_every_pair_is_read_alike_or_refused_for_a_reason_given_here(real_files: Path) -> None:
    read: set[str] = set()
    refused: dict[str, str] = {}
    for path in sorted((real_files / "imi_date").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            for typed, expected in pairs(case["input"], case["output"]):
                try:
                    found = parse_date(typed)
                except Unreadable as error:
                    if expected is not None:
                        refused[typed] = error.rule
                    continue
                assert (found.value.isoformat(), found.repair) == (expected, ""), typed
                read.add(typed)
    assert refused == REFUSED_ON_PURPOSE
    assert len(read) >= 15
