"""Processes beside the night: they import and compute what it needs later while it does what it needs first.

Start it before anything heavy is imported: a forked child inherits what its parent has already
loaded, and locks held by threads of a busy parent would never be released in it.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from pipelines.errors import KyosoError

_PR_SET_PDEATHSIG = 1


class Background:
    """Runs functions one after another in a process of its own.

    Args:
        warm_ups: prepared at once, see `prepare`.

    Example:
        >>> with Background() as background:
        ...     background.start(pow, 2, 10)
        ...     background.result()
        1024
    """

    def __init__(self, *warm_ups: Callable[[], object]) -> None:
        context = multiprocessing.get_context("fork")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._connection), daemon=True)
        self._process.start()
        theirs.close()
        self.prepare(*warm_ups)

    def prepare(self, *warm_ups: Callable[[], object]) -> None:
        """Call functions while nobody waits: imports, fonts. What fails now is told when it is asked for."""
        for warm_up in warm_ups:
            self._send((warm_up, None))

    def start(self, function: Callable[..., Any], *arguments: object) -> None:
        """Ask for `function(*arguments)`; a module's own function with arguments that can be pickled.

        Raises:
            KyosoError: the process has died.
        """
        self._send((function, arguments))

    def _send(self, message: object) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            raise _broken("処理が途中で止まりました") from error

    def result(self, timeout_seconds: float = 600) -> Any:
        """The answer to the oldest question not answered yet.

        Raises:
            KyosoError: the process died or did not answer in time.
            Exception: what the function raised, with its trace as a note.
        """
        try:
            if not self._connection.poll(timeout_seconds):
                raise _broken(f"{timeout_seconds:.0f}秒たっても終わりません")
            answer, error = self._connection.recv()
        except (EOFError, OSError) as lost:
            raise _broken("処理が途中で止まりました") from lost
        if error is not None:
            raise error
        return answer

    def close(self) -> None:
        """End the process; it holds nothing that could be lost."""
        self._connection.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def __enter__(self) -> Background:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def be_sent_with_parents_end(number: signal.Signals) -> None:
    """Let the kernel send this child process a signal the moment its parent is gone; nothing where it offers no such thing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def die_with_parent() -> None:
    """Let the kernel end this child process the moment its parent is gone.

    A parent killed with -9 cannot say goodbye, and an orphan would go on writing into a candidate
    that the next night has begun anew. Where the kernel offers no such thing, the child ends when
    it next asks its parent for work.
    """
    be_sent_with_parents_end(signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:
        os._exit(1)


def _serve(connection: Connection, parents_end: Connection) -> None:
    die_with_parent()
    # Whatever a process ended in the middle of its work leaves behind is cleared away in silence.
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"
    # Ctrl-C reaches the whole process group; the parent answers it, and ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Without this the child keeps its own pipe open and would wait forever for a parent that was killed.
    parents_end.close()
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        if arguments is None:
            with contextlib.suppress(Exception):
                function()
            continue
        try:
            connection.send((function(*arguments), None))
        except Exception as error:
            connection.send((None, _portable(error)))


def _portable(error: Exception) -> Exception:
    """The error as it can cross the pipe, carrying the trace that would stay behind."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        plain = RuntimeError(f"{type(error).__name__}: {error}")
        plain.__notes__ = error.__notes__
        return plain
    return error


def _broken(reason: str) -> KyosoError:
    return KyosoError(
        f"並行して行う処理を終えられませんでした({reason})。",
        todo="もう一度実行してください。くり返すときは、この文を添えてシステム担当者に連絡してください。",
    )
