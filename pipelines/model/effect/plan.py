"""What the analysis works on: the registered analyses, the municipalities in each, the double scorings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self, TypeVar

from pipelines.model.effect.assignments import EXACT_LIMIT

SHARE = "collaboration_reached"
# With fewer, a p-value near 5 % is known to half a point of a hundred at best.
FEWEST_DRAWS = 999


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
    outcome_received_date: date | None
    is_post_hoc: bool

    @property
    def problem(self) -> str:
        """Why the plan as typed cannot be carried out; empty when it can. Nothing is corrected silently."""
        is_share = self.outcome == SHARE
        checks = (
            (0 < self.alpha < 0.5, "有意水準は0より大きく0.5より小さい数(例: 0.05)にしてください。"),
            (0 < self.power < 1, "検出力は0と1の間の数(例: 0.8)にしてください。"),
            (self.smallest_worthwhile > 0, "費用に見合う最小の効果は0より大きい数(例: 0.3)にしてください。"),
            (
                FEWEST_DRAWS <= self.draws <= EXACT_LIMIT,
                "割付けの数は999から1000000までにしてください(例: 100000)。",
            ),
            (self.seed >= 0, "乱数の種は0以上の整数(例: 20260515)にしてください。"),
            (
                is_share == (self.method == "fisher"),
                "成果が「協働以上への到達」のときだけ、方法を「フィッシャーの正確検定」にしてください。",
            ),
        )
        return "".join(text for is_right, text in checks if not is_right)

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
