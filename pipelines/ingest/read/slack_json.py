"""Day files of a Slack export as Arrow lists: parsed by DuckDB in memory, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

FIELDS = ("type", "subtype", "user", "bot_id", "ts", "thread_ts")
_SHAPE = "[{" + ", ".join(f'"{name}": "VARCHAR"' for name in FIELDS) + "}]"


class DayParser:
    """A DuckDB of its own: one thread and a bound, since several workers read side by side under a limit."""

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect(config={"threads": 1, "memory_limit": "1GB"})
        for setting in (
            "autoinstall_known_extensions",
            "autoload_known_extensions",
            "enable_external_access",
        ):
            self._connection.execute(f"set {setting} = false")

    def entries(self, contents: list[bytes]) -> tuple[pa.ListArray, list[bool]]:
        """Every readable day's entries, and for each day whether it is lost because it is no JSON array."""
        import pyarrow as pa

        arrays = pa.concat_arrays([pa.nulls(0, _list_type()), *self._found(contents)])
        return arrays.drop_null(), arrays.is_null().to_pylist()

    def _found(self, contents: list[bytes]) -> list[pa.ListArray]:
        """The entries of some days, null for a broken one: halved until it stands alone."""
        import pyarrow as pa

        found = self._transformed(contents) if contents else []
        if found is None and len(contents) == 1:
            # A stray byte in a text is no reason to lose the day: texts are not read.
            found = self._transformed([contents[0].decode(errors="replace").encode()])
            return [pa.nulls(1, _list_type())] if found is None else found
        if found is None:
            middle = len(contents) // 2
            return self._found(contents[:middle]) + self._found(contents[middle:])
        return found

    def _transformed(self, contents: list[bytes]) -> list[pa.ListArray] | None:
        """The entries of some days, or None when one of them is broken."""
        import duckdb
        import pyarrow as pa

        try:
            # A byte order mark is no JSON; some editors put one.
            days = _column([c.removeprefix(b"\xef\xbb\xbf") for c in contents])
            self._connection.register("days", pa.table({"content": days}))
            found = self._connection.execute("select from_json(content, ?) as entries from days", [_SHAPE])
            chunks: list[pa.ListArray] = found.to_arrow_table().column("entries").cast(_list_type()).chunks
            return chunks
        except (duckdb.Error, pa.ArrowException, UnicodeDecodeError):
            return None


def _column(contents: list[bytes]) -> pa.Array:
    """The contents as one column of text, copied once; the JSON parser refuses what is no UTF-8."""
    import numpy as np
    import pyarrow as pa

    offsets = np.zeros(len(contents) + 1, "int64")
    np.cumsum([len(content) for content in contents], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(contents))]
    return pa.Array.from_buffers(pa.large_string(), len(contents), buffers)


def _list_type() -> Any:
    import pyarrow as pa

    return pa.list_(pa.struct([(name, pa.string()) for name in FIELDS]))
