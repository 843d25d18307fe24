"""Estimates, checks and balance of every registered analysis, by `pipelines.model.effect`."""

from __future__ import annotations

from typing import Any

from pipelines.model.effect.analyse import results


def model(dbt: Any, session: Any) -> Any:
    """One row per result; the marts pick theirs by kind."""
    dbt.config(materialized="table")

    def rows(relation: Any) -> list[dict[str, Any]]:
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    return results(
        rows(dbt.ref("int_effect__plans")),
        rows(dbt.ref("int_effect__units")),
        rows(dbt.ref("int_effect__scorings")),
    )
