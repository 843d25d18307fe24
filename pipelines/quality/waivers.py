"""Waivers: exceptions approved as policy. A waived result stays in the verdict and is printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipelines.quality.verdict import SHOWN_OFFENDERS, Offender, Result, Waiver

if TYPE_CHECKING:
    import duckdb

TABLE = "stg_policy__waivers"
WAIVER_ID = "Q-WAIVER-01"


def approved_waivers(con: duckdb.DuckDBPyConnection, as_of: date) -> list[Waiver]:
    """Waivers approved by `as_of`, expired ones too; none when the policy holds no such sheet."""
    found = con.execute(
        "select table_schema from information_schema.tables where table_name = ? order by 1", [TABLE]
    ).fetchone()
    if found is None:
        return []
    rows = con.execute(
        "select waiver_id, expectation_id, coalesce(scope, ''), reason, approver, "
        "approved_date, expires_date "
        f'from "{found[0]}".{TABLE} where approved_date <= ? order by waiver_id',
        [as_of],
    ).fetchall()
    return [Waiver(*row) for row in rows]


def apply_waivers(
    results: Iterable[Result], approved: Sequence[Waiver], as_of: date
) -> tuple[tuple[Result, ...], tuple[Waiver, ...]]:
    """Waive failed results whose every offender is named by a waiver in force.

    A waiver without scope covers the whole check. A waiver with a scope covers that offender
    alone: one new offender is enough for the check to fail again. The day of expiry itself still
    counts: 有効期限 names the last day. What could not be checked at all cannot be excused.

    Returns:
        The results, sorted by id, and the waivers in force with the checks they were used for.
    """
    in_force = [waiver for waiver in approved if waiver.expires_date >= as_of]
    expired = [waiver for waiver in approved if waiver.expires_date < as_of]
    judged = [_noted(_waive(result, in_force), expired) for result in results]
    judged.append(_known(in_force, {result.id for result in judged}))
    used: dict[str, list[str]] = {}
    for result in judged:
        for waiver_id in result.waived_by:
            used.setdefault(waiver_id, []).append(result.id)
    marked = tuple(
        replace(waiver, used_for=tuple(sorted(used.get(waiver.waiver_id, ())))) for waiver in in_force
    )
    return tuple(sorted(judged, key=lambda result: result.id)), marked


def _waive(result: Result, waivers: Sequence[Waiver]) -> Result:
    mine = [waiver for waiver in waivers if _fold(waiver.expectation_id) == result.id]
    is_excusable = result.origin == "dbt" or bool(result.offenders)
    if result.state != "failed" or not mine or not is_excusable:
        return result
    whole = [waiver.waiver_id for waiver in mine if not waiver.scope.strip()]
    if whole:
        return result.with_state("waived", tuple(whole))
    covers = {_fold(waiver.scope): waiver.waiver_id for waiver in mine}
    named = [covers.get(_fold(o.scope)) or covers.get(_fold(o.label)) for o in result.offenders]
    # A list that was cut may hide an offender that nobody has excused.
    if not named or None in named or len(named) >= SHOWN_OFFENDERS:
        return result
    return result.with_state("waived", tuple(sorted({name for name in named if name})))


def _noted(result: Result, expired: Sequence[Waiver]) -> Result:
    mine = [waiver for waiver in expired if _fold(waiver.expectation_id) == result.id]
    if result.state != "failed" or not mine:
        return result
    latest = max(mine, key=lambda waiver: waiver.expires_date)
    note = f"例外承認 {latest.waiver_id} は {latest.expires_date} で期限切れ"
    return replace(result, observed=f"{result.observed}({note})")


def _known(waivers: Sequence[Waiver], ids: set[str]) -> Result:
    """A waiver that names no check excuses nothing, and nobody would notice."""
    lost = [waiver for waiver in waivers if _fold(waiver.expectation_id) not in ids]
    return Result(
        id=WAIVER_ID,
        origin="gate",
        table=TABLE,
        title="例外承認が、実在する検査を指している",
        why="検査番号を書き違えた例外承認は何にも効かず、承認したつもりのまま公開が止まるため。",
        what_to_do="設定「例外承認」の検査番号を、夜間レポートの検査番号と同じに直してください。",
        severity="warning",
        state="failed" if lost else "passed",
        judged_rows=len(waivers),
        observed=f"{len(waivers)}件のうち{len(lost)}件が該当" if lost else f"{len(waivers)}件を確認",
        offenders=tuple(Offender(w.waiver_id, f"例外承認 {w.waiver_id}", w.expectation_id) for w in lost),
    )


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
