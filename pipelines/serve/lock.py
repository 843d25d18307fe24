"""One writer per home, or several that only land. The lock is the kernel's, so a killed run leaves none behind."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from pipelines.errors import KyosoError, reason
from pipelines.settings import TOKYO, Settings

ANOTHER_RUN = 4
# As long as the longest night (dagster.yaml): whoever lands is done by then, or hangs.
_WAIT_SECONDS = 3 * 3600.0
_LOOK_SECONDS = 0.5


class WriterLock:
    """Held while a run writes to the home; entering it twice in one process is allowed.

    It waits for those who only land (`LandingLock`), for they end by themselves.

    Raises:
        KyosoError: another process holds it (exit code 4), or the home cannot be written.
    """

    _held: ClassVar[dict[Path, tuple[int, int]]] = {}

    def __init__(self, settings: Settings) -> None:
        self._path = settings.home / "lock"

    def __enter__(self) -> WriterLock:
        if self._path in self._held:
            descriptor, depth = self._held[self._path]
            self._held[self._path] = (descriptor, depth + 1)
            return self
        descriptor = _open(self._path)
        try:
            self._wait_until_alone(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"PID {os.getpid()}、{datetime.now(TOKYO):%Y-%m-%d %H:%M}開始".encode(), 0)
        self._held[self._path] = (descriptor, 1)
        return self

    def _wait_until_alone(self, descriptor: int) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while not _try(descriptor, fcntl.LOCK_EX):
            if not _try(descriptor, fcntl.LOCK_SH) or time.monotonic() > deadline:
                raise _taken(self._path, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            time.sleep(_LOOK_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        descriptor, depth = self._held[self._path]
        if depth > 1:
            self._held[self._path] = (descriptor, depth - 1)
            return
        del self._held[self._path]
        os.close(descriptor)


class LandingLock:
    """Held by each of several processes that land files of one home at the same time, and do nothing else.

    Raises:
        KyosoError: a run that writes holds the home (exit code 4), or it cannot be written.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.home / "lock"
        self._descriptor = -1

    def __enter__(self) -> LandingLock:
        self._descriptor = _open(self._path)
        try:
            if not _try(self._descriptor, fcntl.LOCK_SH):
                raise _taken(self._path, self._descriptor)
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise KyosoError(
            f"保管場所に書き込めません({reason(error)})。",
            where=str(path.parent),
            todo="フォルダの権限を確かめるか、--home で書き込めるフォルダを指定してください。",
        ) from error


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        return False
    return True


def _taken(path: Path, descriptor: int) -> KyosoError:
    return KyosoError(
        f"別の処理が動いています({_holder(descriptor)})。",
        where=str(path),
        todo="その処理が終わるまで待ってから、もう一度実行してください。",
        exit_code=ANOTHER_RUN,
    )


def _holder(descriptor: int) -> str:
    """What the one who writes has noted of itself, in words."""
    return os.read(descriptor, 200).decode(errors="replace").strip() or "相手は不明"


def writer_of(settings: Settings) -> str:
    """Who is writing to the home now, in words; empty when nobody is."""
    try:
        descriptor = os.open(settings.home / "lock", os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _holder(descriptor)
    finally:
        os.close(descriptor)
    return ""
