"""Waivers: exceptions approved as policy. A waived result stays in the verdict and is printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipelines.quality.verdict import Result, Waiver

if TYPE_CHECKING:
    import duckdb

TABLE = "stg_policy__waivers"


def waivers_in_force(con: duckdb.DuckDBPyConnection, as_of: date) -> list[Waiver]:
    """Waivers approved by `as_of` and not yet expired; none when the policy holds no such sheet.

    The day of expiry itself still counts: 有効期限 names the last day.
    """
    found = con.execute(
        "select table_schema from information_schema.tables where table_name = ? order by 1", [TABLE]
    ).fetchone()
    if found is None:
        return []
    rows = con.execute(
        "select waiver_id, expectation_id, coalesce(scope, ''), reason, approver, "
        "approved_date, expires_date "
        f'from "{found[0]}".{TABLE} where approved_date <= ? and expires_date >= ? order by waiver_id',
        [as_of, as_of],
    ).fetchall()
    return [Waiver(*row) for row in rows]


def apply_waivers(
    results: Iterable[Result], waivers: Sequence[Waiver]
) -> tuple[tuple[Result, ...], tuple[Waiver, ...]]:
    """Waive failed results whose every offender is named by a waiver.

    A waiver without scope covers the whole check. A waiver with a scope covers that offender
    alone: one new offender is enough for the check to fail again.
    """
    judged = tuple(sorted((_waive(result, waivers) for result in results), key=lambda result: result.id))
    used: dict[str, list[str]] = {}
    for result in judged:
        for waiver_id in result.waived_by:
            used.setdefault(waiver_id, []).append(result.id)
    marked = tuple(replace(waiver, used_for=tuple(used.get(waiver.waiver_id, ()))) for waiver in waivers)
    return judged, marked


def _waive(result: Result, waivers: Sequence[Waiver]) -> Result:
    mine = [waiver for waiver in waivers if waiver.expectation_id.strip() == result.id]
    if result.state != "failed" or not mine:
        return result
    whole = [waiver.waiver_id for waiver in mine if not waiver.scope.strip()]
    if whole:
        return result.with_state("waived", tuple(whole))
    covers = {_fold(waiver.scope): waiver.waiver_id for waiver in mine}
    named = [covers.get(_fold(o.scope)) or covers.get(_fold(o.label)) for o in result.offenders]
    if not named or None in named:
        return result
    return result.with_state("waived", tuple(sorted({name for name in named if name})))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
