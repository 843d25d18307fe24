"""A stream out of an OLE compound file (MS-CFB), the container of xls: just enough to reach its records.

A chain longer than the file has sectors bites its own tail, and is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from pipelines.ingest.read.container import OLE, truncated

_LAST_REGULAR = 0xFFFFFFFA
_HEADER = struct.Struct("<8s16x5H6x9I")
_ENTRY_BYTES = 128


class CompoundFile:
    """The streams of a compound file by name.

    Raises:
        Refused: no compound file, or one that ends too early.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, ValueError):
            raise truncated() from None

    def _open(self) -> None:
        header = _HEADER.unpack_from(self._data)
        (magic, _, _, _, shift, mini_shift, _, _, directory, _, self._mini_cutoff, mini_fat, _, difat, _) = (
            header
        )
        if magic != OLE or not 7 <= shift <= 16 or not 4 <= mini_shift < shift:
            raise truncated()
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        per_sector = self._size // 4
        self._sectors = len(self._data) // self._size + 1
        for _ in range(self._sectors):
            if difat >= _LAST_REGULAR:
                break
            *more, difat = struct.unpack(f"<{per_sector}I", self._sector(difat))
            sectors += more
        regular = [s for s in sectors if s < _LAST_REGULAR][: self._sectors]
        fat = b"".join(self._sector(s) for s in regular)
        self._fat = struct.unpack(f"<{len(fat) // 4}I", fat)
        mini = self._chain(mini_fat)
        self._mini_fat = struct.unpack(f"<{len(mini) // 4}I", mini)
        entries = self._chain(directory)
        self._streams: dict[str, tuple[int, int]] = {}
        self._mini_stream = b""
        for start in range(0, len(entries), _ENTRY_BYTES):
            self._add(entries[start : start + _ENTRY_BYTES])

    def _add(self, entry: bytes) -> None:
        length, kind = struct.unpack_from("<HB", entry, 64)
        first, size = struct.unpack_from("<II", entry, 116)
        name = entry[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace")
        if kind == 5:
            self._mini_stream = self._chain(first)
        elif kind == 2:
            self._streams.setdefault(name.lower(), (first, size))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise truncated()
        return self._data[start : start + self._size].ljust(self._size, b"\0")

    def _chain(self, sector: int) -> bytes:
        return b"".join(self._sector(n) for n in _followed(sector, self._fat, self._sectors))

    def _mini_chain(self, sector: int) -> bytes:
        size = self._mini_size
        numbers = _followed(sector, self._mini_fat, len(self._mini_fat))
        return b"".join(self._mini_stream[n * size : (n + 1) * size] for n in numbers)

    def names(self) -> set[str]:
        """Names of all streams, in lower case."""
        return set(self._streams)

    def stream(self, name: str) -> bytes:
        """The stream of that name (lower case); empty when there is none."""
        first, size = self._streams.get(name, (_LAST_REGULAR, 0))
        data = self._mini_chain(first) if size < self._mini_cutoff else self._chain(first)
        return data[:size]


def _followed(sector: int, table: Sequence[int], limit: int) -> Iterator[int]:
    """The sectors of a chain, in order."""
    count = 0
    while sector < len(table):
        if count == limit:
            raise truncated()
        yield sector
        count, sector = count + 1, table[sector]
