"""The status of one attempt, from what the night made before it ended."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import KyosoError
from pipelines.report.status import Attempt, read_history, write_status
from pipelines.serve import retention
from pipelines.serve.going_back import notices
from pipelines.serve.metrics import write_metrics
from pipelines.serve.notify import TROUBLES, News, is_configured, is_due, send
from pipelines.serve.release import current_id
from pipelines.settings import TOKYO, Settings

if TYPE_CHECKING:
    from pipelines.night import Night


def write_night_status(night: Night) -> tuple[Path, ...]:
    """Write the status pages of a night that has an outcome.

    Returns:
        The documents of the release that readers see now.
    """
    settings = night.settings
    documents = _documents(settings)
    place = night.release.folder if night.release else settings.candidate
    if night.outcome == "nothing_new":
        place = settings.current.resolve()
    attempt = Attempt(
        run_id=night.run_id,
        outcome=night.outcome or "failed",
        started_at=night.started_at,
        finished_at=datetime.now(TOKYO),
        as_of=settings.as_of,
        fiscal_year=settings.fiscal_year,
        is_sample=settings.is_sample,
        release_id=current_id(settings),
        verdict=night.verdict,
        warehouse=_if_exists(place / "warehouse.duckdb"),
        control=_if_exists(place / "control"),
        previous_warehouse=_if_exists(night.previous_warehouse),
        error=night.error,
        reports=documents,
        steps=tuple(night.steps),
        held_by=f"{night.hold.why}、公開を控えています。" if night.hold else "",
        held_todo=night.hold.todo if night.hold else "",
        notices=_notices(night),
        archived=partial(_original, settings, _replaced(night)),
    )
    write_status(night.status_dir, attempt)
    write_metrics(night.status_dir)
    return documents


def tell(night: Night) -> list[str]:
    """Send the news of a night that is over, if somebody wants it; what could not be sent, in words."""
    if night.is_dry_run or not is_configured():
        return []
    earlier = [
        entry["outcome"] for entry in read_history(night.status_dir) if entry["run_id"] != night.run_id
    ]
    outcome = night.outcome or "failed"
    news = News(
        outcome=outcome,
        as_of=night.settings.as_of,
        is_sample=night.settings.is_sample,
        release_id=current_id(night.settings),
        reasons=tuple((r.id, r.title, r.what_to_do) for r in night.verdict.reasons) if night.verdict else (),
        error=night.error.what if night.error else "",
        is_recovery=outcome not in TROUBLES and bool(earlier) and earlier[-1] in TROUBLES,
    )
    return send(news) if is_due(news) else []


def _replaced(night: Night) -> frozenset[str]:
    return frozenset(night.archive.ledger.replacements) if night.archive else frozenset()


def _original(settings: Settings, replaced: frozenset[str], file_id: str) -> Path | None:
    """What its sender gets back marked up; of an original that is kept no longer only the list is left."""
    return None if file_id in replaced else settings.archive / file_id[:2] / file_id


def _notices(night: Night) -> tuple[str, ...]:
    settings, seen = night.settings, night.reception.expired if night.reception else []
    try:
        return (*notices(settings), *retention.notices(settings, settings.as_of, seen, night.archive))
    except KyosoError as error:
        # A broken ledger ends the night; its status must still be written.
        return (error.what,)


def _documents(settings: Settings) -> tuple[Path, ...]:
    folder = settings.current / "reports"
    return tuple(sorted(p for p in folder.rglob("*") if p.is_file())) if folder.exists() else ()


def _if_exists(path: Path | None) -> Path | None:
    return path if path is not None and path.exists() else None
