"""One column of a table: every way of writing a value is parsed once, however often it is typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.ingest.conform.cell import ParsingContext, example_of, parse_cell
from pipelines.ingest.contracts import Field
from pipelines.ingest.japanese.reading import Unreadable
from pipelines.ingest.read.grid import CellValue

DITTO_MARKS = frozenset({"〃", "々", "同上", '"', "″"})
# Columns repeat themselves; beyond this many spellings a column is free text and remembering costs memory.
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one cell.

    Attributes:
        value: the typed value; None when there is none.
        typed: JSON member `"field": "text"` with the text as it stands in the file, where the value alone
            does not tell it; empty for personal and respondents' fields.
        missing: JSON member `"field": "code"` where a statistical symbol says why there is no value.
        repair: in Japanese how the text was read differently from how it stands; usually empty.
        error: why it could not be read.
    """

    value: Any = None
    typed: str = ""
    missing: str = ""
    repair: str = ""
    error: Unreadable | None = None


BLANK = Cell()
DITTO = Cell()


class ColumnReader:
    """Reads the cells of one field.

    Example:
        >>> reader = ColumnReader(dataset.field("visit_date"), "", context)
        >>> reader.read("R8.6.1").value
        datetime.date(2026, 6, 1)
    """

    def __init__(self, field: Field, unit: str, context: ParsingContext) -> None:
        self.field = field
        self.name = field.name
        self.is_required = field.is_required
        self._unit = unit
        self._context = context
        self._known: dict[tuple[type, CellValue], Cell] = context.known.setdefault((id(field), unit), {})
        self.is_text = field.parser == "text"

    def read(self, value: CellValue) -> Cell:
        """Read one cell; never raises, `BLANK` and `DITTO` stand for themselves."""
        if value is None:
            return BLANK
        key = (type(value), value)
        found = self._known.get(key)
        if found is None:
            found = self._parsed(value)
            if self.is_text and isinstance(value, str):
                return found
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

    def nothing_above(self) -> Unreadable:
        """A ditto mark without a row above it."""
        return Unreadable("nothing_above", "すぐ上に行がありません。", "値そのもの", example_of(self.field))

    def _parsed(self, value: CellValue) -> Cell:
        if type(value) is str:
            value = value.strip()
            if not value:
                return BLANK
            if value in DITTO_MARKS:
                return DITTO
        try:
            read = parse_cell(value, self.field, self._unit, self._context)
        except Unreadable as error:
            return Cell(error=error.with_traceback(None))
        code = getattr(read, "code", "")
        return Cell(
            value=read.value,
            typed=self._typed(value, read.value),
            missing=_member(self.field.name, code)
            if code not in ("", "blank") and read.value is None
            else "",
            repair=read.repair,
        )

    def _typed(self, value: CellValue, parsed: Any) -> str:
        if self.field.is_masked or self.is_text:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            # 1436 under a heading in 千円 is 1436000, and 46174 may be a day.
            text = f"{Decimal(str(value)).normalize():f}"
            return "" if text == _plain(parsed) else _member(self.field.name, text)
        if not isinstance(value, str) or value == str(parsed):
            return ""
        return _member(self.field.name, value)


def json_of(members: list[str]) -> str | None:
    """A JSON object of members as `Cell` holds them; None when there are none."""
    return "{" + ", ".join(members) + "}" if members else None


def joined(members: list[str], others: str | None) -> str | None:
    """One JSON object of members and those of another object."""
    return json_of([*members, others[1:-1]]) if members and others else others or json_of(members)


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _member(name: str, text: str) -> str:
    return f"{json.dumps(name)}: {json.dumps(text, ensure_ascii=False)}"
