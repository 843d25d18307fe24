"""Nights at another time than now, each a process of its own.

A night is forked from a parent that has imported what every night imports: the imports are the same every
night, and a year of them would be an hour. In it the time is what it is told to be (time-machine); only how
long things take is measured by the machine's own clock.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# Before the clock is set: how long a night takes is no part of its time.
_elapsed = time.monotonic


@dataclass(frozen=True)
class Ran:
    """How a night's process ended.

    Attributes:
        code: its exit code; -9 when it was killed.
        seconds: wall time.
        cpu_seconds: of the night and the processes it waited for.
    """

    code: int
    seconds: float
    cpu_seconds: float


def night(raw: Path, home: Path, log: Path, now: datetime, kill_after_seconds: float | None = None) -> Ran:
    """Run `kyoso nightly` at `now` as the schedule would: without a date, in a process group of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = _elapsed()
    pid = os.fork()
    if pid == 0:
        _be_the_night(raw, home, log, now)
    if kill_after_seconds is not None:
        time.sleep(kill_after_seconds)
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Ran(
        os.waitstatus_to_exitcode(status),
        _elapsed() - started,
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )


def warm_up() -> None:
    """Import what every night imports."""
    import dagster  # noqa: F401
    import dagster_dbt  # noqa: F401
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401
    import great_expectations  # noqa: F401
    import openpyxl  # noqa: F401
    import pandas  # noqa: F401


def _be_the_night(raw: Path, home: Path, log: Path, now: datetime) -> None:
    code = 1
    try:
        os.setsid()
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        import time_machine

        from pipelines.cli import main

        sys.argv = ["kyoso", "nightly", "--raw", str(raw), "--home", str(home)]
        with time_machine.travel(now, tick=True):
            main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)
