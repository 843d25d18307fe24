"""Errors that a person reads: what happened, where, and what to do, in Japanese."""

from __future__ import annotations


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
