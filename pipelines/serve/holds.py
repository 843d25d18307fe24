"""Why a candidate that passed the gate is not published all the same: somebody's decision, or nobody's yet.

Two things hold publishing. A restoration or withdrawal (`going_back`), until something but the day has changed. And
figures that a change of the program alone has moved (a contract, a reader, a rule): nobody sent anything, so nobody
expects them to move, and a person says so first. Files that move figures need no approval; they were sent for that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.model.kpi_change import changes
from pipelines.model.previous import PUBLISHED, Basis
from pipelines.serve.candidate import Candidate
from pipelines.serve.going_back import holding
from pipelines.serve.lock import WriterLock
from pipelines.serve.operations import Operation, operations, record
from pipelines.serve.release import MANIFEST
from pipelines.serve.sums import damage
from pipelines.settings import Settings

USAGE = 2
BY_PROGRAM = "プログラム"
_TO_APPROVE = (
    "kyoso nightly --dry-run で変わった値を確かめ、公開してよければ "
    'kyoso releases approve --reason "…" --by 氏名 を実行してください。次の実行で公開します。'
)


@dataclass(frozen=True)
class Hold:
    """Why nothing is published, as a clause, and what a person does about it."""

    why: str
    todo: str


def hold_of(settings: Settings) -> Hold | None:
    """Why the candidate must not be published, or None."""
    candidate = Candidate(settings)
    if decision := holding(settings, candidate.made_from):
        return Hold(
            f"版の{decision.line}により",
            "原因になった資料の訂正や取下げを受領フォルダに入れると、次の実行で公開します。"
            "同じ資料のまま公開してよいときは、kyoso releases resume を実行してください。",
        )
    program = str(candidate.made_from["code_version"])
    if program in _approved(settings):
        return None
    try:
        moved = moved_by_program(settings)
    except KyosoError:
        return Hold(
            "プログラムが変わり、今の公開版とKPIの値を比べられず、まだ承認されていないため", _TO_APPROVE
        )
    kpis = sorted({str(row["kpi_id"]) for row in moved})
    more = f" ほか{len(kpis) - 5}種" if len(kpis) > 5 else ""
    why = f"プログラム(様式・読取り・集計の規則)の変更でKPIの値が{len(moved)}件動き({'、'.join(kpis[:5])}{more})、まだ承認されていないため"
    return Hold(why, _TO_APPROVE) if moved else None


def changes_of(settings: Settings) -> list[dict[str, Any]]:
    """Every figure of the candidate that differs from what readers see, as rows of `mart_kpi_change`.

    Raises:
        KyosoError: the two cannot be compared.
    """
    current = settings.current.resolve()
    if not (current / MANIFEST).exists() or damage(current):
        return []
    return changes(Basis(PUBLISHED, current), Candidate(settings).folder)


def moved_by_program(settings: Settings) -> list[dict[str, Any]]:
    """Those figures that no file has moved, where another program made what readers see.

    Raises:
        KyosoError: the two cannot be compared.
    """
    manifest = settings.current / MANIFEST
    if not manifest.exists():
        return []
    before = json.loads(manifest.read_text(encoding="utf-8")).get("code_version")
    if before == Candidate(settings).made_from["code_version"]:
        return []
    return [row for row in changes_of(settings) if row["cause"] == BY_PROGRAM]


def approve(settings: Settings, reason: str, by: str | None = None) -> Operation:
    """Approve what the program of the candidate has changed; the next night publishes.

    Raises:
        KyosoError: there is no candidate, or nothing to approve (exit code 2), no reason was given (2), or another
            run is under way (4).
    """
    with WriterLock(settings):
        if not _is_judged(settings.candidate):
            raise KyosoError(
                "承認する候補がありません。",
                where=str(settings.candidate),
                todo="kyoso nightly --dry-run を実行し、変わった値を確かめてから承認してください。",
                exit_code=USAGE,
            )
        program = str(Candidate(settings).made_from["code_version"])
        try:
            moved: list[dict[str, Any]] | None = moved_by_program(settings)
        except KyosoError:
            moved = None
        if moved == [] or program in _approved(settings):
            raise KyosoError(
                "承認を要する変更はありません(プログラムの変更で動いたKPIがないか、承認済みです)。",
                where=str(settings.candidate),
                todo="kyoso nightly を実行すると公開されます。",
                exit_code=USAGE,
            )
        shown = ("kpi_id", "fiscal_year", "municipality_code", "before_value", "after_value")
        changed = None if moved is None else [{name: _plain(row[name]) for name in shown} for row in moved]
        return record(settings, "approve", program, reason, by, changed=changed)


def _approved(settings: Settings) -> set[str]:
    return {entry.subject for entry in operations(settings) if entry.kind == "approve"}


def _is_judged(candidate: Path) -> bool:
    return (candidate / MANIFEST).exists() and (candidate / "verdict.json").exists()


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)
