"""An append-only file of JSON lines, each chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError

GENESIS = "0" * 64
Body = dict[str, Any]


class Chain:
    """The lines on disk, verified when opened.

    Args:
        path: the file; it need not exist yet.
        name: what people call it.

    Raises:
        KyosoError: a line was changed, removed from among others, moved or added.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.bodies: list[Body] = []
        self.hashes: list[str] = []
        self._whole_bytes = 0
        if path.exists():
            self._load()

    @property
    def head(self) -> str:
        """Hash of the last line; changes with every line and every tampering."""
        return self.hashes[-1] if self.hashes else GENESIS

    def append(self, bodies: list[Body]) -> None:
        """Write lines durably; after a crash either a whole line is there or it is not."""
        if not bodies:
            return
        lines = []
        for body in bodies:
            chained = body | {"prev": self.head}
            self.hashes.append(digest(chained))
            self.bodies.append(body)
            lines.append(json.dumps(chained | {"hash": self.head}, ensure_ascii=False, sort_keys=True))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            # Only the one writer may cut off half a line; what it said is written again.
            file.truncate(self._whole_bytes)
            file.write("".join(line + "\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
            self._whole_bytes = file.tell()

    def has(self, count: int, head: str) -> bool:
        """Whether the line that was the last of `count` lines is still there, unchanged."""
        return count == 0 or (count <= len(self.hashes) and self.hashes[count - 1] == head)

    def _load(self) -> None:
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        # A line without its newline was cut off by a crash, or is being written by another process now.
        self._whole_bytes = whole
        for number, line in enumerate(data[:whole].decode("utf-8", "replace").split("\n")[:-1], start=1):
            self._take(number, line)

    def _take(self, number: int, line: str) -> None:
        try:
            body: Body = json.loads(line)
            stated = body.pop("hash")
            is_chained = body["prev"] == self.head and digest(body) == stated
        except (ValueError, KeyError, TypeError, AttributeError):
            is_chained = False
        if not is_chained:
            raise KyosoError(
                f"{self.name}の{number}行目が書き換えられているか、壊れています。",
                where=str(self.path),
                todo=f"控え(バックアップ)から{self.name}を戻してください。公開済みの版は無事です。",
            )
        body.pop("prev")
        self.hashes.append(stated)
        self.bodies.append(body)


def digest(body: Body) -> str:
    """The hash of a line: of what it says and of the line before it."""
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
