"""Invented units and plans for the analysis, with a known effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pipelines.model.effect.plan import Plan, Scoring, Unit

PLAN = Plan(
    plan_id="E1",
    analysis_id="A1",
    outcome="common_score",
    method="ancova",
    alpha=0.05,
    power=0.8,
    smallest_worthwhile=0.3,
    draws=999,
    seed=1,
    outcome_received_date=None,
    is_post_hoc=False,
)
REACHED = replace(PLAN, analysis_id="A2", outcome="collaboration_reached", method="fisher")
UNIT = Unit(
    plan_id="E1",
    analysis_id="A1",
    municipality_name="",
    is_treated=False,
    is_compared=True,
    is_complete=True,
    stratum="all",
    population=10_000,
    has_prior_support=False,
    delivered_visit_count=0,
    shared_wg_count=0,
    treated_reply_count=0,
    baseline_score=2.0,
    outcome_score=2.0,
    outcome_reached=None,
)


def scored(
    effect: float = 0.0, *, treated: int = 9, size: int = 30, noise: float = 0.3, gap: float = 0.0
) -> list[Unit]:
    """Municipalities with scores before and after; the first ones are treated."""
    rng = np.random.default_rng(5)
    before = rng.normal(2.0, 0.5, size)
    rest = rng.normal(0.0, 1.0, size)
    is_treated = np.arange(size) < treated
    # Noise without a difference between the groups by chance: the effect is then what is estimated.
    rest = np.where(is_treated, rest - rest[is_treated].mean(), rest - rest[~is_treated].mean())
    return [
        replace(
            UNIT,
            municipality_name=f"{n:02}町",
            is_treated=bool(is_treated[n]),
            stratum="large" if n % 2 else "small",
            population=5_000 + 731 * n,
            has_prior_support=n % 5 == 0,
            delivered_visit_count=int(20 + n) if is_treated[n] else 0,
            shared_wg_count=int(n % 3 == 0),
            baseline_score=float(before[n] + gap * is_treated[n]),
            outcome_score=float(before[n] + 0.2 + noise * rest[n] + effect * is_treated[n]),
        )
        for n in range(size)
    ]


def reached(treated_reached: int, treated: int, rest_reached: int, rest: int) -> list[Unit]:
    """Municipalities that had not reached the goal before; how many have now."""
    flags = [(True, n < treated_reached) for n in range(treated)]
    flags += [(False, n < rest_reached) for n in range(rest)]
    return [
        replace(
            UNIT,
            analysis_id="A2",
            municipality_name=f"{n:02}町",
            is_treated=flag,
            has_prior_support=n == 0,
            outcome_reached=has,
        )
        for n, (flag, has) in enumerate(flags)
    ]


def scorings(*pairs: tuple[int, int]) -> list[Scoring]:
    """Items scored twice."""
    return [Scoring("E1", "A1", one, other) for one, other in pairs]


def changed(units: list[Unit], position: int, **changes: Any) -> list[Unit]:
    """The same units with one of them changed."""
    return [replace(u, **changes) if n == position else u for n, u in enumerate(units)]
