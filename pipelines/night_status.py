"""The status of one attempt, from what the night made before it ended."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import KyosoError
from pipelines.report.status import Attempt, write_status
from pipelines.serve.going_back import notices
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
        held_by=night.hold.line if night.hold else "",
        notices=_notices(settings),
        archived=lambda file_id: settings.archive / file_id[:2] / file_id,
    )
    write_status(night.status_dir, attempt)
    return documents


def _notices(settings: Settings) -> tuple[str, ...]:
    try:
        return tuple(notices(settings))
    except KyosoError as error:
        # A broken ledger ends the night; its status must still be written.
        return (error.what,)


def _documents(settings: Settings) -> tuple[Path, ...]:
    folder = settings.current / "reports"
    return tuple(sorted(p for p in folder.rglob("*") if p.is_file())) if folder.exists() else ()


def _if_exists(path: Path | None) -> Path | None:
    return path if path is not None and path.exists() else None
