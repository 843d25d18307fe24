"""A stream out of an OLE compound file (MS-CFB), the container of xls: just enough to reach its records.

No chain is followed for more sectors than the file has, so that one that bites its tail ends.
"""

from __future__ import annotations

import struct

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
        return self._data[start : start + self._size].ljust(self._size, b"\0")

    def _chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < len(self._fat) and len(parts) < self._sectors:
            parts.append(self._sector(sector))
            sector = self._fat[sector]
        return b"".join(parts)

    def _mini_chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < len(self._mini_fat) and len(parts) < len(self._mini_fat):
            parts.append(self._mini_stream[sector * self._mini_size : (sector + 1) * self._mini_size])
            sector = self._mini_fat[sector]
        return b"".join(parts)

    def names(self) -> set[str]:
        """Names of all streams, in lower case."""
        return set(self._streams)

    def stream(self, name: str) -> bytes:
        """The stream of that name (lower case); empty when there is none."""
        first, size = self._streams.get(name, (_LAST_REGULAR, 0))
        data = self._mini_chain(first) if size < self._mini_cutoff else self._chain(first)
        return data[:size]
