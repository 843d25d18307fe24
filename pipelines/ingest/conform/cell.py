"""One cell by the parser that its contract names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from pipelines.fiscal_year import UnreadableYear, to_fiscal_year
from pipelines.ingest.contracts import Field
from pipelines.ingest.japanese.categories import accepted, parse_category, parse_mark
from pipelines.ingest.japanese.dates import parse_date, parse_month
from pipelines.ingest.japanese.kanji import kanji_to_digits
from pipelines.ingest.japanese.numbers import (
    parse_decimal,
    parse_integer,
    parse_money,
    parse_score,
)
from pipelines.ingest.japanese.reading import Read, Unreadable, fold
from pipelines.ingest.japanese.times import parse_time, parse_timestamp
from pipelines.ingest.municipalities import (
    parse_area_code,
    parse_corporate_number,
    parse_municipality,
    parse_place_name,
    register_number,
)
from pipelines.ingest.pseudonyms import PseudonymKey
from pipelines.ingest.read.grid import CellValue, Unvalued


@dataclass(frozen=True)
class ParsingContext:
    """What parsing a cell depends on besides the cell and its contract.

    `known` remembers, per field and unit, the spellings read so far under this context.
    """

    key: PseudonymKey
    aliases: Mapping[str, str]
    fiscal_year: int | None = None
    known: dict[tuple[int, str], Any] = field(default_factory=dict, compare=False, repr=False)


def parsing_context(
    key: PseudonymKey, aliases: Mapping[str, str], fiscal_year: int | None = None
) -> ParsingContext:
    """The context of a form; forms of the same fiscal year share one, and with it what was read before."""
    return _shared_context(key, tuple(sorted(aliases.items())), fiscal_year, register_number())


@lru_cache(maxsize=32)
def _shared_context(
    key: PseudonymKey, aliases: tuple[tuple[str, str], ...], fiscal_year: int | None, register: int
) -> ParsingContext:
    return ParsingContext(key, dict(aliases), fiscal_year)


def parse_cell(value: CellValue, field_: Field, unit: str, context: ParsingContext) -> Read:
    """Parse one non-empty cell.

    Args:
        value: what the reader found.
        field_: what the contract says of the cell.
        unit: the unit in force for the column: the heading's where it names one, else the contract's.
        context: key, aliases and the form's fiscal year.

    Raises:
        Unreadable: with everything a clerk needs to correct the cell.
    """
    if isinstance(value, Unvalued):
        raise Unreadable(
            "formula_without_value",
            "数式の結果がエラーか、計算されていません。",
            "数式ではなく値",
            example_of(field_),
        )
    special: dict[str, Callable[[], Read]] = {
        "text": lambda: Read(_text(value)),
        "integer": lambda: parse_integer(value, unit=unit),
        "decimal": lambda: parse_decimal(value, unit=unit),
        "money": lambda: parse_money(value, unit=unit or "円"),
        "score": lambda: parse_score(value, field_.minimum or 0, field_.maximum or 0),
        "date": lambda: parse_date(
            value,
            fiscal_year=context.fiscal_year,
            is_within_year=field_.is_within_year,
            has_time="日時" in field_.label,
        ),
        "month": lambda: parse_month(value),
        "time": lambda: parse_time(value),
        "timestamp": lambda: parse_timestamp(value),
        "fiscal_year": lambda: _fiscal_year(value),
        "municipality": lambda: parse_municipality(value, context.aliases),
        "area_code": lambda: parse_area_code(value),
        "place_name": lambda: parse_place_name(value),
        "corporate_number": lambda: parse_corporate_number(value),
        "mark": lambda: parse_mark(value, field_.codebook),
        "category": lambda: parse_category(value, field_.codebook),
        "person": lambda: Read(context.key.pseudonym(_text(value))),
    }
    return _bounded(special[field_.parser]())


_EXAMPLES = {
    "integer": "3",
    "decimal": "1.5",
    "money": "1,200",
    "score": "3",
    "date": "R8.6.1",
    "month": "R8.6",
    "time": "13:30",
    "timestamp": "2026-06-01 09:30:00",
    "fiscal_year": "令和8年度",
    "municipality": "海南市",
    "area_code": "302023",
    "place_name": "海南市",
    "corporate_number": "4000020300004",
}


def example_of(field_: Field) -> str:
    """One correct entry for a field; its own label where any text is correct."""
    if field_.example:
        return field_.example
    if field_.codebook:
        return accepted(field_.codebook)[0]
    return _EXAMPLES.get(field_.parser, f"({field_.label})")


def _bounded(read: Read) -> Read:
    """Numbers as wide as the warehouse's: 64-bit integers, decimals with four places (half up)."""
    if isinstance(read.value, bool) or not isinstance(read.value, (int, Decimal)):
        return read
    if abs(read.value) >= 10**14:
        raise Unreadable("number_too_large", "桁が多すぎます。", "14桁までの数", "1,200")
    if not isinstance(read.value, Decimal):
        return read
    rounded = read.value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    repair = read.repair
    # A spreadsheet's 0.1 + 0.2 is no number with seventeen places that somebody typed.
    if abs(rounded - read.value) > Decimal("0.000000001"):
        repair += (
            f"「{read.value.normalize():f}」を小数第4位までに四捨五入し、{rounded.normalize():f}としました。"
        )
    return Read(rounded, repair)


def _text(value: CellValue) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _fiscal_year(value: CellValue) -> Read:
    try:
        return Read(to_fiscal_year(kanji_to_digits(fold(str(value)))))
    except UnreadableYear:
        raise Unreadable(
            "not_a_fiscal_year", "年度として読めません。", "年度", "令和8年度、R8、2026年度"
        ) from None
