"""Figures that rest on answers of people: the cells that may have to be suppressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pipelines.model.rows import Row, rows_of

if TYPE_CHECKING:
    import duckdb

_CELLS = """
select k.kpi_id, k.fiscal_year, k.municipality_code, k.respondent_count, k.numerator, k.denominator, k.value, d.aggregation,
    d.decimals, d.lowest_value, d.highest_value
from mart_kpi k inner join kpi_definitions d on d.kpi_id = k.kpi_id
where list_contains(?, k.kpi_id) and list_contains(?, k.fiscal_year) and k.value is not null
order by k.kpi_id, k.fiscal_year, k.municipality_code nulls first
"""
_QUESTIONS = """
select distinct e.kpi_id, b.dataset || '.' || e.field as question
from mart_kpi_evidence e
inner join (select distinct file_id, sheet, dataset, field from bindings) b
    on b.file_id = e.file_id and b.sheet = e.sheet and b.field = e.field
inner join kpi_definitions d on d.kpi_id = e.kpi_id
where e.municipality_code is null and d.answered_by is distinct from 'municipality'
"""


class Key(NamedTuple):
    """Which figure: without a municipality it is the prefecture's."""

    kpi_id: str
    fiscal_year: int
    municipality_code: str | None


@dataclass(frozen=True)
class SurveyCell:
    """One figure that rests on answers of people.

    Attributes:
        value: what would be printed, with `decimals`.
        respondents: people whose answers it rests on; None when nobody says so.
        amount: its numerator, what municipalities add up to the prefecture's; None for a median, which adds to nothing.
        base: its denominator.
        is_share: people who gave an answer out of people who answered: whole numbers.
        lowest: smallest amount that answers could give, −inf without a limit.
        highest: largest amount that answers could give.
        step: the amount by which its printed value moves by its last digit.
    """

    key: Key
    value: Decimal
    decimals: int
    respondents: int | None
    amount: float | None
    base: float
    is_share: bool
    lowest: float
    highest: float
    step: float


def respondent_kpis(
    con: duckdb.DuckDBPyConnection, questions: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """KPIs that rest on answers of people: declared so, or read from respondent-level fields without a declaration."""
    declared = con.execute("select kpi_id from kpi_definitions where answered_by = 'respondents'").fetchall()
    return frozenset(kpi_id for (kpi_id,) in declared) | frozenset(questions)


def cells_of(
    con: duckdb.DuckDBPyConnection, kpis: frozenset[str], fiscal_years: tuple[int, ...]
) -> dict[Key, SurveyCell]:
    """The cells that have a value, by key."""
    rows = rows_of(con.execute(_CELLS, [sorted(kpis), list(fiscal_years)]))
    return {cell.key: cell for cell in map(_cell, rows)}


def questions_of(con: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """The respondent-level fields that each KPI reads: figures of one question tell of each other.

    KPIs whose answers are official ones of organisations are left out.
    """
    from pipelines.ingest.contracts import RESPONDENT, all_datasets

    asked = {
        f"{name}.{field.name}"
        for name, dataset in all_datasets().items()
        for field in dataset.fields
        if field.classification == RESPONDENT
    }
    found: dict[str, set[str]] = {}
    for kpi_id, question in con.execute(_QUESTIONS).fetchall():
        if question in asked:
            found.setdefault(kpi_id, set()).add(question)
    return {kpi_id: frozenset(questions) for kpi_id, questions in found.items()}


def _cell(row: Row) -> SurveyCell:
    key = Key(row["kpi_id"], row["fiscal_year"], row["municipality_code"])
    number = {name: None if row[name] is None else float(row[name]) for name in _NUMBERS}
    respondents = row["respondent_count"]
    base = number["denominator"] if number["denominator"] is not None else float(respondents or 0)
    unit = base / 100 if row["aggregation"] == "percent" else base
    if row["aggregation"] == "sum":
        unit = 1.0
    low, high = number["lowest_value"], number["highest_value"]
    return SurveyCell(
        key,
        row["value"],
        row["decimals"],
        respondents,
        None if row["aggregation"] == "median" else number["numerator"],
        base,
        row["aggregation"] == "percent",
        float("-inf") if low is None else low * unit,
        float("inf") if high is None else high * unit,
        unit * 10.0 ** -row["decimals"],
    )


_NUMBERS = ("numerator", "denominator", "lowest_value", "highest_value")
