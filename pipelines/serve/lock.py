"""One writer per home. The lock is the kernel's, so a killed run leaves none behind."""

from __future__ import annotations

import errno
import fcntl
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from pipelines.errors import KyosoError, reason
from pipelines.settings import TOKYO, Settings

ANOTHER_RUN = 4


class WriterLock:
    """Held while a run writes to the home; entering it twice in one process is allowed.

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
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 200).decode(errors="replace").strip()
            os.close(descriptor)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise KyosoError(
                f"別の処理が動いています({holder or '相手は不明'})。",
                where=str(self._path),
                todo="その処理が終わるまで待ってから、もう一度実行してください。",
                exit_code=ANOTHER_RUN,
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"PID {os.getpid()}、{datetime.now(TOKYO):%Y-%m-%d %H:%M}開始".encode(), 0)
        self._held[self._path] = (descriptor, 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        descriptor, depth = self._held[self._path]
        if depth > 1:
            self._held[self._path] = (descriptor, depth - 1)
            return
        del self._held[self._path]
        os.close(descriptor)

    def _open(self) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise KyosoError(
                f"保管場所に書き込めません({reason(error)})。",
                where=str(self._path.parent),
                todo="フォルダの権限を確かめるか、--home で書き込めるフォルダを指定してください。",
            ) from error


def writer_of(settings: Settings) -> str:
    """Who is writing to the home now, in words; empty when nobody is."""
    try:
        descriptor = os.open(settings.home / "lock", os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.read(descriptor, 200).decode(errors="replace").strip() or "相手は不明"
    finally:
        os.close(descriptor)
    return ""
