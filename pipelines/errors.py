"""Errors that a person reads: what happened, where, and what to do, in Japanese."""

from __future__ import annotations

import errno
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path

KEPT_LOGS = 30
NO_ROOM_BYTES = 4 * 2**20
# DuckDB, Arrow and SQLite say it in words of their own, and workers may hand on only the words.
_DISK_FULL_TEXTS = ("no space left on device", "disk is full", "disk quota exceeded")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EROFS, errno.EPERM)
_REASONS = {
    errno.ENOSPC: "ディスクの空きがありません",
    errno.EDQUOT: "割り当てられた容量を使い切りました",
    errno.EACCES: "権限がありません",
    errno.EPERM: "権限がありません",
    errno.EROFS: "読み取り専用です",
    errno.EEXIST: "同じ名前のファイルがあります",
    errno.ENOTDIR: "フォルダではありません",
    errno.EIO: "ディスクが壊れているおそれがあります",
}


class KyosoError(Exception):
    """An error whose text is meant for the officer or the operator.

    Args:
        what: what happened.
        where: the file, folder, sheet or cell it happened at.
        todo: what the reader should do next.
        exit_code: the process exit code the command line ends with.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "", exit_code: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[object, ...]:
        """Errors travel between processes with everything they say."""
        return _restored, (type(self), self.what, self.where, self.todo, self.exit_code)

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"場所: {self.where}")
        if self.todo:
            lines.append(f"すること: {self.todo}")
        return "\n".join(lines)


def _restored(kind: type[KyosoError], what: str, where: str, todo: str, exit_code: int) -> KyosoError:
    return kind(what, where=where, todo=todo, exit_code=exit_code)


def reason(error: OSError) -> str:
    """Why the system refused, in Japanese where we know the words."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def explained(error: BaseException, home: Path, name: str) -> KyosoError:
    """Any error in words the operator can act on; what nobody foresaw leaves its trace in a log.

    Args:
        error: what was raised.
        home: `KYOSO_HOME`; the log goes to its `logs` folder.
        name: the log's name, without suffix.
    """
    causes = list(_causes(error))
    # SQLite calls a full disk an I/O error, and others call it what they were just doing.
    is_strange = not isinstance(error, KyosoError)
    if any(_is_disk_full(cause) for cause in causes) or (is_strange and _has_no_room(home)):
        return KyosoError(
            "ディスクの空きがありません。前回の公開版はそのまま使えます。",
            where=_place(causes, home),
            todo="空きを作ってから、もう一度実行してください。途中までの結果は次の実行で片付きます。",
        )
    if isinstance(error, KyosoError):
        return error
    if isinstance(error, OSError) and error.errno in _NOT_ALLOWED:
        return KyosoError(
            "読み書きが許されていません。前回の公開版はそのまま使えます。",
            where=_place(causes, home),
            todo="フォルダの権限を確かめてください。",
        )
    log = _write_log(error, home / "logs", name)
    return KyosoError(
        f"予期しない誤りで止まりました({type(error).__name__}: {_first_line(error)})。",
        where=f"記録 {log}" if log else "",
        todo="もう一度実行してください。くり返すときは、記録を添えてシステム担当者に連絡してください。",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_disk_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return True
    words = str(error).lower()
    return any(text in words for text in _DISK_FULL_TEXTS)


def _has_no_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < NO_ROOM_BYTES
    except OSError:
        return False


def _place(causes: list[BaseException], home: Path) -> str:
    names = (cause.filename for cause in causes if isinstance(cause, OSError) and cause.filename)
    return str(next(names, home))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else "説明なし"


def _write_log(error: BaseException, folder: Path, name: str) -> Path | None:
    path = folder / f"{name}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        for old in sorted(folder.glob("*.log"))[:-KEPT_LOGS]:
            old.unlink()
    except OSError:
        return None
    return path
