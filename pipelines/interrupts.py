"""An interrupt that cannot get lost.

Python drops whatever is raised while a weak reference's callback or a finaliser runs. A signal that arrives just then is
gone, and the work that somebody cancelled goes on to its end.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def kept_interrupts() -> Iterator[None]:
    """Raise at the end what the handler of SIGINT raised meanwhile and nobody saw.

    The handler stays whose it was (Python's, Dagster's), and so does SIGTERM's unless it is the same one. Beside the main
    thread, where no signal is handled, and where there is no handler, nothing happens.

    Raises:
        BaseException: what the handler raised.
    """
    theirs = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(theirs):
        yield
        return
    raised: list[BaseException] = []

    def ours(number: int, frame: FrameType | None) -> None:
        try:
            theirs(number, frame)
        except BaseException as error:
            raised.append(error)
            raise

    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is theirs]
    for number in numbers:
        signal.signal(number, ours)
    try:
        yield
    finally:
        for number in numbers:
            if signal.getsignal(number) is ours:
                signal.signal(number, theirs)
    if raised:
        raise raised[0]
