"""The ledger of receipts: append-only, each line chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError

GENESIS = "0" * 64


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
    """

    seq: int
    path: str
    file_id: str
    source: str
    received_date: date
    size_bytes: int
    is_sample: bool

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]


class Ledger:
    """The receipts on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last_hash = GENESIS
        self._receipts: list[Receipt] = []
        self._whole_bytes = 0
        if path.exists():
            self._load()

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Every receipt, oldest first."""
        return tuple(self._receipts)

    @property
    def head(self) -> str:
        """Hash of the last line; changes with every receipt and every tampering."""
        return self._last_hash

    def append(self, receipts: list[Receipt]) -> None:
        """Write receipts durably; after a crash either a whole line is there or it is not."""
        if not receipts:
            return
        lines = []
        for receipt in receipts:
            body = asdict(receipt) | {
                "received_date": receipt.received_date.isoformat(),
                "prev": self._last_hash,
            }
            self._last_hash = _hash(body)
            lines.append(json.dumps(body | {"hash": self._last_hash}, ensure_ascii=False, sort_keys=True))
            self._receipts.append(receipt)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            # Only the one writer may cut off half a line; its file is received again.
            file.truncate(self._whole_bytes)
            file.write("".join(line + "\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
            self._whole_bytes = file.tell()

    def _load(self) -> None:
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        # A line without its newline was cut off by a crash, or is being written by another process now.
        self._whole_bytes = whole
        for number, line in enumerate(data[:whole].decode("utf-8", "replace").split("\n")[:-1], start=1):
            self._receipts.append(self._checked(number, line))

    def _checked(self, number: int, line: str) -> Receipt:
        try:
            body: dict[str, Any] = json.loads(line)
            stated = body.pop("hash")
            is_chained = body["prev"] == self._last_hash and _hash(body) == stated
        except (ValueError, KeyError, TypeError, AttributeError):
            is_chained = False
        if not is_chained:
            raise KyosoError(
                f"受領台帳の{number}行目が書き換えられているか、壊れています。",
                where=str(self.path),
                todo="控え(バックアップ)から受領台帳を戻してください。公開済みの版は無事です。",
            )
        self._last_hash = stated
        body.pop("prev")
        return Receipt(**(body | {"received_date": date.fromisoformat(body["received_date"])}))


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
