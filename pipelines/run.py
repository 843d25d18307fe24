"""Runs one night from the command line: as early and as parallel as the machine allows, through the Dagster job.

The expectations' process is forked before anything heavy is imported; Dagster and dbt are imported
in a thread while a worker process reads the files. The job then runs the same steps, finds the
first ones done, and records every one of them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.night import GATE_CLOSED, Night, Progress, explained
from pipelines.settings import CHECKOUT, TOKYO, Settings

if TYPE_CHECKING:
    from pipelines.report.status import Outcome

_EXIT_CODES: dict[str, int] = {"released": 0, "nothing_new": 0, "gate_closed": GATE_CLOSED, "failed": 1}


@dataclass(frozen=True)
class NightResult:
    """How a night ended.

    Attributes:
        night: the attempt with everything it found.
        error: why it failed, in words for the operator, when it failed.
    """

    outcome: Outcome
    exit_code: int
    night: Night
    error: Exception | None = None


def run_night(
    settings: Settings, *, is_dry_run: bool = False, progress: Progress | None = None
) -> NightResult:
    """Run one night.

    Raises:
        KyosoError: another run is under way (exit code 4), or the home cannot be written at all.
    """
    night = Night(settings, is_dry_run=is_dry_run)
    night.progress = progress
    error: BaseException | None = None
    try:
        if not night.is_new and not is_dry_run:
            return _result(night, None)
        _run_job(night)
    except BaseException as caught:
        error = caught
        if not isinstance(caught, Exception):
            night.close()
            raise
    return _result(night, error)


def _result(night: Night, error: BaseException | None) -> NightResult:
    shown = explained(error, night.settings) if error else None
    try:
        outcome = night.finish(shown)
    except OSError as status_error:
        # The disk that broke the night may be too full for its status as well.
        outcome = night.outcome or "failed"
        shown = shown or explained(status_error, night.settings)
    code = getattr(shown, "exit_code", 1) if outcome == "failed" else _EXIT_CODES[outcome]
    return NightResult(outcome, code, night, shown if outcome == "failed" else None)


def _run_job(night: Night) -> None:
    from pipelines.background import Background
    from pipelines.quality.suite import warm_up as warm_up_expectations
    from pipelines.report.figures import warm_up as warm_up_figures

    night.background = Background(warm_up_expectations, warm_up_figures)
    loader = _Loader(night.settings)
    loader.start()
    try:
        night.land()
        night.write_control()
    finally:
        loader.join()
    if loader.error:
        raise loader.error
    with loader.instance as instance:
        ran = loader.job.execute_in_process(instance=instance, raise_on_error=False)
    if not ran.success and night.outcome is None:
        raise _first_failure(ran)


def _first_failure(ran: Any) -> BaseException:
    from pipelines.errors import KyosoError

    failures = [event for event in ran.all_events if event.is_step_failure]
    text = failures[0].step_failure_data.error.to_string() if failures else "不明"
    return KyosoError(f"処理が途中で止まりました({text.strip().splitlines()[0]})。")


class _Loader(threading.Thread):
    """Imports Dagster and dbt and draws the map while files are being read."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="loader", daemon=True)
        self._settings = settings
        self.job: Any = None
        self.instance: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            from pipelines.definitions import JOB, build_definitions

            self.instance = open_history(self._settings)
            self.job = build_definitions(self._settings, is_fixed=True).resolve_job_def(JOB)
        except Exception as error:
            self.error = error


def open_history(settings: Settings) -> Any:
    """Dagster's instance: the history of runs that its page shows.

    It is no record of ours (ledger, verdict and manifest are), so SQLite need not wait for the disk
    after each of its hundreds of small events. Should a power failure spoil it, it is put aside
    and begun anew; the night does not fail for it.
    """
    import dagster as dg
    import sqlalchemy

    if not sqlalchemy.event.contains(sqlalchemy.engine.Engine, "connect", _do_not_wait_for_disk):
        sqlalchemy.event.listen(sqlalchemy.engine.Engine, "connect", _do_not_wait_for_disk)
    home = prepare_dagster_home(settings)
    try:
        return dg.DagsterInstance.get()
    except (sqlalchemy.exc.DatabaseError, sqlite3.DatabaseError):
        home.rename(home.with_name(f"dagster.broken-{datetime.now(TOKYO):%Y%m%d-%H%M%S}"))
        prepare_dagster_home(settings)
        return dg.DagsterInstance.get()


def _do_not_wait_for_disk(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous=off")


def prepare_dagster_home(settings: Settings) -> Path:
    """Give Dagster a folder of its own in the home: SQLite, no telemetry, quiet."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    text = (CHECKOUT / "pipelines" / "dagster.yaml").read_text(encoding="utf-8")
    target = home / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    # Hundreds of small events: written one by one they cost more than the models.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "200")
    return home
