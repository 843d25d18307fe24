"""What the last look at `raw` saw, so that files nobody touched are not read through every night."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

Stamp = tuple[int, int]


def stamp_of(path: Path) -> Stamp:
    """Size in bytes and time of the last change in nanoseconds: what changes when a file is written to."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


class Seen:
    """Files seen in `raw`, with their stamps and hashes. It only spares work and may be lost at any time.

    Args:
        path: where it is kept.
        known: path and file id of every receipt: what is no receipt is forgotten, so that the cache does not
            outlive the ledger it was made with.
    """

    def __init__(self, path: Path, known: Collection[tuple[str, str]]) -> None:
        self._path = path
        try:
            cache: dict[str, list[object]] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            cache = {}
        self._entries = {name: entry for name, entry in cache.items() if (name, entry[2]) in known}

    def file_id(self, relative: str, stamp: Stamp) -> str | None:
        """The hash of a file that has not changed since it was noted, or None."""
        entry = self._entries.get(relative)
        return str(entry[2]) if entry is not None and tuple(entry[:2]) == stamp else None

    def note(self, relative: str, stamp: Stamp, file_id: str) -> None:
        """Remember a file."""
        self._entries[relative] = [*stamp, file_id]

    def save(self) -> None:
        """Keep what was noted for the next look."""
        temporary = self._path.with_suffix(".tmp")
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(self._entries, ensure_ascii=False), encoding="utf-8")
        temporary.replace(self._path)
