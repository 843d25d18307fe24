"""Whose files are whose: received files by prefecture, so that several workers can read a nation's.

The part a file falls into says who reads it, never what it means: a file in no prefecture's part, or in a wrong
one, is read all the same and gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import groupby
from pathlib import PurePosixPath

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.municipalities import Municipality

# What belongs to several prefectures, or names none.
COMMON = "00_共通"


class Prefectures:
    """The prefectures of a register, each named like `30_和歌山県`."""

    def __init__(self, register: Iterable[Municipality]) -> None:
        self._register = tuple(register)

    def of(self, receipt: Receipt) -> str:
        """The part of a file: of the folder it lies in (`和歌山県`), or of the municipality in its name."""
        path = PurePosixPath(receipt.path)
        for folder in path.parts[:-1]:
            if part := self._of_folder.get(fold(folder)):
                return part
        return self._in_name(fold(path.name))

    def parts(self, receipts: Iterable[Receipt]) -> Mapping[str, list[Receipt]]:
        """Files by part, in the order of the parts; parts without files are left out."""
        named = sorted(((self.of(receipt), receipt) for receipt in receipts), key=lambda pair: pair[0])
        return {part: [r for _, r in pairs] for part, pairs in groupby(named, key=lambda pair: pair[0])}

    def _in_name(self, name: str) -> str:
        """The longest municipality's name first: 津市 stands in 焼津市 as well."""
        for length in range(min(self._longest, len(name)), 1, -1):
            for start in range(len(name) - length + 1):
                parts = self._of_municipality.get(name[start : start + length])
                if parts and len(parts) == 1:
                    return next(iter(parts))
        return COMMON

    @cached_property
    def _of_folder(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for m in self._register:
            part = part_of(m)
            found |= {fold(m.prefecture): part, fold(part): part}
        return found

    @cached_property
    def _of_municipality(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for m in self._register:
            for name in (m.name, m.long_name):
                found.setdefault(fold(name), set()).add(part_of(m))
        return found

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._of_municipality), default=0)


def part_of(municipality: Municipality) -> str:
    """The part of a municipality's prefecture."""
    return f"{municipality.code[:2]}_{municipality.prefecture}"
