"""Reading in killable worker processes: a file may crash, hang or bloat its worker, never the night."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from pipelines.background import die_with_parent
from pipelines.ingest.read.refusal import Refused

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

MEMORY_LIMIT_BYTES = 4 * 2**30
TIMEOUT_SECONDS = 120.0
# A worker with a second job at hand does not wait for its next one.
_AHEAD = 2
# After these a worker is dead, hanging or bloated, and another takes its place.
_DEADLY = ("too_large_to_read", "took_too_long")


class _Worker:
    """One spawned process with a pipe; replaced when it dies.

    Attributes:
        jobs: what it was given and has not answered, oldest first; the first one is under way.
        deadline: when the job under way has had its time.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, function), daemon=True)
        self.process.start()
        theirs.close()
        self.jobs: deque[Any] = deque()
        self.deadline = 0.0

    def give(self, job: Any, timeout: float) -> None:
        """Hand over a job; it begins at once when there is no other."""
        if not self.jobs:
            self.deadline = time.monotonic() + timeout
        self.jobs.append(job)
        # A worker that has just died is found out when its answer is collected.
        with suppress(OSError):
            self.connection.send(job)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    # A parser that aborts prints to stderr; what the officer needs is in the finding.
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        try:
            connection.send((True, function(job)))
        except MemoryError:
            connection.send((False, _too_large()))
        except Exception as error:  # whatever a parser raises becomes a finding, never a crash
            connection.send((False, _unreadable(f"{type(error).__name__}: {error}")))


class ReadingWorkers(Generic[Job, Outcome]):
    """A few workers that run one function over many jobs, in any order.

    Args:
        function: picklable, takes a job, returns an outcome.
        count: number of processes; by default one per core.
        timeout: seconds a job may take before its worker is killed.
    """

    def __init__(
        self, function: Callable[[Job], Outcome], count: int | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._function = function
        self._count = count or max(1, os.cpu_count() or 1)
        self._timeout = timeout

    def map(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome | Refused]]:
        """Yield every job with its outcome, or with the refusal of a file that killed its worker."""
        pending = _Pending(jobs)
        busy: dict[Any, _Worker] = {}
        try:
            while True:
                self._hand_out(pending, busy)
                if not busy:
                    return
                yield from self._collect(pending, busy)
        finally:
            for worker in busy.values():
                worker.stop()

    def _hand_out(self, pending: _Pending[Job], busy: dict[Any, _Worker]) -> None:
        """Give every worker a job and one to follow, and start workers while there is more to do."""
        for _ in range(_AHEAD):
            for worker in list(busy.values()):
                if len(worker.jobs) < _AHEAD and pending.has_more():
                    worker.give(pending.next(), self._timeout)
            while len(busy) < self._count and pending.has_more():
                worker = _Worker(self._function)
                worker.give(pending.next(), self._timeout)
                busy[worker.connection] = worker
        for worker in [w for w in busy.values() if not w.jobs]:
            busy.pop(worker.connection).stop()

    def _collect(
        self, pending: _Pending[Job], busy: dict[Any, _Worker]
    ) -> Iterator[tuple[Job, Outcome | Refused]]:
        """What has been answered, and what has had its time."""
        now = time.monotonic()
        next_deadline = min(worker.deadline for worker in busy.values())
        ready = set(wait(list(busy), timeout=max(next_deadline - now, 0)))
        now = time.monotonic()
        for connection, worker in list(busy.items()):
            if connection not in ready and now < worker.deadline:
                continue
            result: Any = _timed_out(self._timeout)
            try:
                if connection in ready:
                    _, result = worker.connection.recv()
            except (EOFError, OSError):
                # Its process may still count as alive for a moment; the closed pipe is what tells.
                result = _too_large()
            job: Job = worker.jobs.popleft()
            worker.deadline = now + self._timeout
            if isinstance(result, Refused) and result.rule in _DEADLY:
                pending.put_back(worker.jobs)
                busy.pop(connection).stop()
            yield job, result


class _Pending(Generic[Job]):
    """Jobs not yet handed out; what a dead worker had not begun comes first again."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = iter(jobs)
        self._waiting: deque[Job] = deque()

    def has_more(self) -> bool:
        if not self._waiting:
            self._waiting.extend(islice(self._jobs, 1))
        return bool(self._waiting)

    def next(self) -> Job:
        return self._waiting.popleft()

    def put_back(self, jobs: Iterable[Job]) -> None:
        self._waiting.extendleft(reversed(list(jobs)))


def _too_large() -> Refused:
    return Refused(
        "too_large_to_read",
        "読み取りに必要なメモリが上限を超えました。",
        "様式どおりの大きさの表",
        "表の外にある不要なセルや書式を削除し、保存し直してください。",
    )


def _timed_out(seconds: float) -> Refused:
    return Refused(
        "took_too_long",
        f"{seconds:.0f}秒たっても読み終わりません。",
        "様式どおりの大きさの表",
        "ファイルを分けるか、不要な行を削除してください。",
    )


def _unreadable(reason: str) -> Refused:
    return Refused(
        "unreadable_file",
        f"読み取り中に失敗しました({reason[:200]})。",
        "Excel(.xlsx)またはCSV",
        "ファイルを開いて保存し直し、もう一度送ってください。",
    )
