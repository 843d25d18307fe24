"""Run something in a child process that is killed just before its n-th change to the disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

CHANGES = ("rename", "replace", "symlink", "unlink", "rmdir", "mkdir", "fsync", "truncate", "ftruncate")


def killed_at_every_change(prepare: Callable[[], None], action: Callable[[], Any]) -> Iterator[int]:
    """Yield after each death: before the first change to the disk, before the second, and so on.

    `prepare` is called before each; ends, without yielding, once the action comes to its end alive.
    """
    for number in range(1, 10_000):
        prepare()
        if _survives(action, number):
            return
        yield number
    raise AssertionError("the action never ends")


def _survives(action: Callable[[], Any], number: int) -> bool:
    pid = os.fork()
    if pid == 0:
        _arm(number)
        try:
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == 0, "the action failed by itself"
    return True


def _arm(number: int) -> None:
    left = [number]

    def armed(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return call

    for name in CHANGES:
        setattr(os, name, armed(getattr(os, name)))
