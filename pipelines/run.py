"""Runs one night from the command line: as early and as parallel as the machine allows, through the Dagster job.

The expectations' process is forked before anything heavy is imported; Dagster and dbt are imported
in a thread while a worker process reads the files. The job then runs the same steps, finds the
first ones done, and records every one of them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.night import GATE_CLOSED, Night, Progress
from pipelines.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from pipelines.report.status import Outcome

_EXIT_CODES: dict[str, int] = {"released": 0, "dry_run": 0, "nothing_new": 0, "gate_closed": GATE_CLOSED}
# A run leaves a database of more than a megabyte behind; a quarter of a year is enough to look back at.
KEPT_RUNS = 100
# What a step has to say goes to Dagster's history and, once and in Japanese, to the screen.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


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
    error: KyosoError | None = None


def run_night(
    settings: Settings, *, is_dry_run: bool = False, progress: Progress | None = None
) -> NightResult:
    """Run one night.

    Raises:
        KyosoError: another run is under way (exit code 4), or the home cannot be written at all.
    """
    night = Night(settings, is_dry_run=is_dry_run)
    night.progress = progress
    try:
        if night.is_new or is_dry_run:
            _run_job(night)
        night.finish()
    except Exception as error:
        night.finish(error)
    except BaseException:
        night.close()
        raise
    assert night.outcome is not None
    is_error = night.error is not None and night.outcome != "gate_closed"
    code = night.error.exit_code if night.error and is_error else _EXIT_CODES[night.outcome]
    return NightResult(night.outcome, code, night, night.error)


def _run_job(night: Night) -> None:
    from pipelines.background import Background
    from pipelines.quality.suite import warm_up as warm_up_expectations
    from pipelines.report.render import warm_up as warm_up_documents

    night.background = Background(warm_up_expectations, warm_up_documents)
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
        ran = loader.job.execute_in_process(_QUIET, instance=instance, raise_on_error=False)
    if not ran.success and night.outcome is None:
        # The hook that finishes a failed night did not come that far.
        failed = [event.step_failure_data.error for event in ran.all_events if event.is_step_failure]
        raise RuntimeError(failed[0].to_string() if failed else "Dagster's run failed before its first step")


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
            forget_old_runs(self.instance)
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
        broken = home.with_name("dagster.broken")
        shutil.rmtree(broken, ignore_errors=True)
        home.rename(broken)
        prepare_dagster_home(settings)
        return dg.DagsterInstance.get()


def forget_old_runs(instance: Any, keep: int = KEPT_RUNS) -> list[str]:
    """Delete all but the newest runs from the history, and close the books on runs that were killed."""
    import dagster as dg

    ids = list(instance.get_run_ids())
    for run_id in ids[keep:]:
        instance.delete_run(run_id)
        # Dagster empties the run's database but leaves its file.
        for left in (Path(instance.root_directory) / "history" / "runs").glob(f"{run_id}.db*"):
            left.unlink()
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    for run in instance.get_runs(unfinished):
        # The writer's lock is ours, so nobody is working on it any more.
        instance.report_run_failed(run, "途中で終了しました。")
    return ids[keep:]


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
