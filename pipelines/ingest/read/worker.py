"""Reading in killable worker processes: a file may crash, hang or bloat its worker, never the night."""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from pipelines.background import die_with_parent
from pipelines.ingest.read.refusal import Refused

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

MEMORY_LIMIT_BYTES = 4 * 2**30
TIMEOUT_SECONDS = 120.0
# After these a worker is dead, hanging or bloated, and another takes its place.
_DEADLY = ("too_large_to_read", "took_too_long")


class _Worker:
    """One spawned process with a pipe; replaced when it dies."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, function), daemon=True)
        self.process.start()
        theirs.close()
        self.job: Any = None

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
        pending = iter(jobs)
        busy: dict[Any, _Worker] = {}
        try:
            for _ in range(self._count):
                self._next(None, pending, busy)
            while busy:
                yield from self._collect(pending, busy)
        finally:
            for worker in busy.values():
                worker.stop()

    def _next(self, worker: _Worker | None, pending: Iterator[Job], busy: dict[Any, _Worker]) -> None:
        """Hand the next job to a worker, or to a new one in place of a dead one."""
        try:
            job = next(pending)
        except StopIteration:
            if worker:
                worker.stop()
            return
        worker = worker or _Worker(self._function)
        worker.job = job
        worker.connection.send(job)
        busy[worker.connection] = worker

    def _collect(
        self, pending: Iterator[Job], busy: dict[Any, _Worker]
    ) -> Iterator[tuple[Job, Outcome | Refused]]:
        ready = wait(list(busy), timeout=self._timeout)
        # Nobody answered within the limit: every worker has had its time.
        for connection in ready or list(busy):
            worker: _Worker | None = busy.pop(connection)
            assert worker is not None
            job: Job = worker.job
            result: Any = _timed_out(self._timeout)
            try:
                if ready:
                    _, result = worker.connection.recv()
            except (EOFError, OSError):
                # Its process may still count as alive for a moment; the closed pipe is what tells.
                result = _too_large()
            if isinstance(result, Refused) and result.rule in _DEADLY:
                worker.stop()
                worker = None
            self._next(worker, pending, busy)
            yield job, result


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
