"""A process that imports Great Expectations while the night reads files, and judges when asked.

Start it before the night imports anything heavy: a forked child inherits what its parent has
already loaded, and locks held by threads of a busy parent would never be released in it.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from pipelines.errors import KyosoError
from pipelines.quality.verdict import Result


class ExpectationWorker:
    """Runs `run_expectations` in a process of its own.

    Example:
        >>> with ExpectationWorker() as worker:      # doctest: +SKIP
        ...     build_candidate()
        ...     results = worker.run(warehouse, control)
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._connection), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, warehouse: Path, control: Path, timeout_seconds: float = 600) -> list[Result]:
        """Judge a candidate.

        Raises:
            KyosoError: the process died, did not answer in time, or failed.
        """
        try:
            self._connection.send((warehouse, control))
            if not self._connection.poll(timeout_seconds):
                raise _broken(f"{timeout_seconds:.0f}秒たっても終わりません")
            answer = self._connection.recv()
        except (EOFError, OSError) as error:
            raise _broken("検査の処理が途中で止まりました") from error
        if isinstance(answer, str):
            raise _broken(answer)
        return list(answer)

    def close(self) -> None:
        """End the process; it holds nothing that could be lost."""
        self._connection.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def __enter__(self) -> ExpectationWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _serve(connection: Connection, parents_end: Connection) -> None:
    # Without this the child keeps its own pipe open and would wait forever for a parent that was killed.
    parents_end.close()
    from pipelines.quality.suite import run_expectations, warm_up

    warm_up()
    while True:
        try:
            warehouse, control = connection.recv()
        except EOFError:
            return
        try:
            connection.send(run_expectations(warehouse, control))
        except Exception as error:
            connection.send(f"{type(error).__name__}: {error}")


def _broken(reason: str) -> KyosoError:
    return KyosoError(
        f"公開前の検査を終えられませんでした({reason})。",
        todo="もう一度実行してください。くり返すときは、この文を添えてシステム担当者に連絡してください。",
    )
