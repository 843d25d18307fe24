"""What the analysis works on: the registered analyses, the municipalities in each, the double scorings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Self, TypeVar


@dataclass(frozen=True)
class _FromRow:
    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Pick this record's columns out of a row of the warehouse."""
        return cls(**{f.name: _number(row[f.name]) for f in fields(cls)})


def _number(value: object) -> object:
    """The warehouse keeps exact decimals; statistics are done in floating point."""
    return float(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Plan(_FromRow):
    """One registered analysis (int_effect__plans), in the words of its code books."""

    plan_id: str
    analysis_id: str
    outcome: str
    method: str
    alpha: float
    power: float
    smallest_worthwhile: float
    draws: int
    seed: int
    is_post_hoc: bool

    @property
    def key(self) -> tuple[str, str]:
        """Which analysis of which plan."""
        return self.plan_id, self.analysis_id


@dataclass(frozen=True)
class Unit(_FromRow):
    """One municipality in one analysis (int_effect__units).

    Attributes:
        is_compared: whether it belongs to one of the two groups.
        is_complete: whether everything that the estimate needs of it is known.
    """

    plan_id: str
    analysis_id: str
    municipality_name: str
    is_treated: bool
    is_compared: bool
    is_complete: bool
    stratum: str | None
    population: int | None
    has_prior_support: bool
    delivered_visit_count: int
    shared_wg_count: int
    treated_reply_count: int
    baseline_score: float | None
    outcome_score: float | None
    outcome_reached: bool | None

    @property
    def is_exposed(self) -> bool:
        """Whether something of the dispatch reaches it although nobody was sent there."""
        return not self.is_treated and (self.shared_wg_count > 0 or self.treated_reply_count > 0)


@dataclass(frozen=True)
class Scoring(_FromRow):
    """One item that two blind scorers scored (int_effect__scorings)."""

    plan_id: str
    analysis_id: str
    first_score: int
    second_score: int


T = TypeVar("T", Unit, Scoring)


def of_analysis(plan: Plan, rows: Iterable[T]) -> list[T]:
    """The rows of one analysis, in the order given."""
    return [row for row in rows if (row.plan_id, row.analysis_id) == plan.key]
