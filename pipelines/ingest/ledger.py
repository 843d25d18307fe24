"""The ledger of receipts: what was received, where it lay, and on which day it was first seen there.

A second kind of line says that an original is kept no longer, and which file has taken its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import KyosoError
from pipelines.ingest.chain import GENESIS, Body, Chain

__all__ = ["GENESIS", "Ledger", "Receipt", "Replacement"]
_DATES = ("received_date", "seen_date")
# Receipts came first, and their lines carry no word for what they are.
_KIND, _REPLACEMENT = "entry", "replacement"


@dataclass(frozen=True)
class Receipt:
    """One file received once.

    Attributes:
        seq: position in the ledger, from 1.
        path: where it lay, relative to `raw`.
        file_id: sha256 of its bytes.
        source: the source folder, or empty when it lay elsewhere.
        received_date: from the folder name; else the day it was first seen.
        size_bytes: its size.
        is_sample: whether it is fictional data.
        seen_date: the day on which it was seen, whatever its folder says; None in receipts of older programs.
    """

    seq: int
    path: str
    file_id: str
    source: str
    received_date: date
    size_bytes: int
    is_sample: bool
    seen_date: date | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def sight(self) -> date:
        """The day of first sight; where nobody noted it, the day that the folder states."""
        return self.seen_date or self.received_date


@dataclass(frozen=True)
class Replacement:
    """An original whose retention has ended, and the file of counts that has taken its place.

    Attributes:
        file_id: sha256 of the original; the received file keeps this id for ever.
        replaced_by: sha256 of the file of counts.
        size_bytes: its size.
        after_seq: the last receipt before it.
        key_id: of the pseudonyms in it.
        parser_version: of the program that read the original for the last time.
        at: when, with time zone.
        by: who decided.
        reason: why, in words.
    """

    file_id: str
    replaced_by: str
    size_bytes: int
    after_seq: int
    key_id: str
    parser_version: str
    at: str
    by: str
    reason: str


class Ledger:
    """The receipts on disk, and what has taken the place of originals."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._chain = Chain(path, "受領台帳")
        bodies = self._chain.bodies
        self._receipts: list[Receipt] = []
        self._by_file: dict[str, list[Receipt]] = {}
        self._know([_receipt(body) for body in bodies if _KIND not in body])
        found = [_replacement(body) for body in bodies if body.get(_KIND) == _REPLACEMENT]
        self._replacements = {replacement.file_id: replacement for replacement in found}

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Every receipt, oldest first."""
        return tuple(self._receipts)

    @property
    def by_file(self) -> Mapping[str, Sequence[Receipt]]:
        """The receipts of each file id, oldest first: the same bytes may have come more than once."""
        return self._by_file

    @property
    def replacements(self) -> Mapping[str, Replacement]:
        """By the id of the original: what has taken its place."""
        return self._replacements

    @property
    def line_count(self) -> int:
        """How many lines there are, of either kind."""
        return len(self._chain.bodies)

    @property
    def head(self) -> str:
        """Hash of the last line; changes with every line and every tampering."""
        return self._chain.head

    def append(self, receipts: list[Receipt]) -> None:
        """Write receipts durably; after a crash either a whole line is there or it is not."""
        self._chain.append([_body(receipt) for receipt in receipts])
        self._know(receipts)

    def _know(self, receipts: Iterable[Receipt]) -> None:
        for receipt in receipts:
            self._receipts.append(receipt)
            self._by_file.setdefault(receipt.file_id, []).append(receipt)

    def replace(self, replacement: Replacement) -> None:
        """Write durably that an original is kept no longer."""
        self._chain.append([asdict(replacement) | {_KIND: _REPLACEMENT}])
        self._replacements[replacement.file_id] = replacement

    def need(self, count: int, head: str, witness: str) -> None:
        """Make sure that the first `count` lines are still those that somebody wrote down.

        Nothing in a chain itself shows that its last lines were cut off.

        Raises:
            KyosoError: they are not.
        """
        if not self._chain.has(count, head):
            raise KyosoError(
                f"受領台帳の行が失われています。{witness}の記録では{count}行ありましたが、"
                f"その行が今の台帳({self.line_count}行)にありません。",
                where=str(self.path),
                todo="控え(バックアップ)から受領台帳を戻してください。公開済みの版は無事です。",
            )


def _body(receipt: Receipt) -> Body:
    # What is not known is left out, as in the lines of older programs.
    body = {name: value for name, value in asdict(receipt).items() if value is not None}
    return body | {name: body[name].isoformat() for name in _DATES if name in body}


def _replacement(body: Body) -> Replacement:
    return Replacement(**{name: value for name, value in body.items() if name != _KIND})


def _receipt(body: Body) -> Receipt:
    return Receipt(**(body | {name: date.fromisoformat(body[name]) for name in _DATES if name in body}))
