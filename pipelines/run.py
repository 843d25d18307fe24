"""Runs one night from the command line: as early and as parallel as the machine allows, through the Dagster job.

Two processes are forked before anything heavy is imported: one for dbt, one for the expectations and
the drawn documents. Dagster is imported in a thread while a worker process reads the files. The job
then runs the same steps, finds the first ones done or under way, and records every one of them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.history import close_history, forget_old_runs, open_history
from pipelines.night import GATE_CLOSED, Night, Progress
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.background import Background
    from pipelines.report.status import Outcome

_EXIT_CODES: dict[str, int] = {
    "released": 0,
    "dry_run": 0,
    "nothing_new": 0,
    "held": 0,
    "gate_closed": GATE_CLOSED,
}
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
    from pipelines.model.dbt import project
    from pipelines.quality.suite import warm_up as warm_up_expectations
    from pipelines.report.render import warm_up as warm_up_documents

    night.modelling, night.background = Background(), Background()
    night.modelling.start(project, night.settings)
    loader = _Loader(night.settings, night.modelling)
    loader.start()
    try:
        night.land()
        night.write_control()
        night.begin_models()
        # Not sooner: until now two cores had better to do.
        night.background.prepare(warm_up_expectations, warm_up_documents)
    finally:
        loader.join()
    if loader.error:
        raise loader.error
    try:
        with loader.instance as instance:
            ran = loader.job.execute_in_process(_QUIET, instance=instance, raise_on_error=False)
    finally:
        close_history()
    if not ran.success and night.outcome is None:
        # The hook that finishes a failed night did not come that far.
        failed = [event.step_failure_data.error for event in ran.all_events if event.is_step_failure]
        raise RuntimeError(failed[0].to_string() if failed else "Dagster's run failed before its first step")


class _Loader(threading.Thread):
    """Imports Dagster and draws the map while files are being read and models built."""

    def __init__(self, settings: Settings, modelling: Background) -> None:
        super().__init__(name="loader", daemon=True)
        self._settings = settings
        self._modelling = modelling
        self.job: Any = None
        self.instance: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            from pipelines.definitions import JOB, build_definitions

            self.instance = open_history(self._settings)
            forget_old_runs(self.instance)
            house = build_definitions(self._settings, self._modelling.result(), is_fixed=True)
            self.job = house.resolve_job_def(JOB)
        except Exception as error:
            self.error = error
