"""Who cancels a night has cancelled it, wherever in Python's inside the signal finds it."""

from __future__ import annotations

import signal
import threading
import weakref
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from pipelines.interrupts import kept_interrupts
from pipelines.night import Night

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Stopped(BaseException):
    """What the handler of a signal raises."""


class Thing:
    """Something that may be referred to weakly."""


def stop(number: int, _: object) -> None:
    raise Stopped(number)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals are handled in the main thread alone")
    before = {n: signal.signal(n, stop) for n in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def lose(number: signal.Signals) -> None:
    """A signal while a weak reference's callback runs: Python drops what its handler raises."""
    thing = Thing()
    reference = weakref.ref(thing, lambda _: signal.raise_signal(number))
    del thing
    assert reference() is None


def test_python_loses_an_interrupt() -> None:
    """The day this fails, `kept_interrupts` is no longer needed."""
    lose(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_lost_interrupt_is_raised_at_the_end(number: signal.Signals) -> None:
    done = []

    @kept_interrupts()
    def work() -> None:
        lose(number)
        done.append("the rest")

    with pytest.raises(Stopped) as caught:
        work()
    assert done == ["the rest"]
    assert caught.value.args == (number,)
    assert signal.getsignal(number) is stop


def test_an_interrupt_that_is_seen_is_raised_where_it_came() -> None:
    @kept_interrupts()
    def work() -> None:
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on")

    with pytest.raises(Stopped):
        work()


def test_what_else_is_raised_stays_what_it_is() -> None:
    @kept_interrupts()
    def work() -> None:
        lose(signal.SIGINT)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        work()


def test_nothing_happens_where_nothing_came() -> None:
    with kept_interrupts():
        pass
    assert signal.getsignal(signal.SIGINT) is stop


def test_the_end_of_a_process_stays_its_end() -> None:
    """SIGTERM without a handler of its own ends a process at once, and must go on doing so."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with kept_interrupts():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_handler_that_was_put_in_meanwhile_stays() -> None:
    def another(_: int, __: object) -> None: ...

    with kept_interrupts():
        signal.signal(signal.SIGINT, another)
    assert signal.getsignal(signal.SIGINT) is another


def test_beside_the_main_thread_nothing_is_touched() -> None:
    seen: list[object] = []

    def work() -> None:
        with kept_interrupts():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [stop]


def test_a_step_of_a_night_keeps_them() -> None:
    night = SimpleNamespace(progress=None, steps=[])

    def step() -> None:
        with Night._step(night, "読取り"):  # type: ignore[arg-type]
            lose(signal.SIGTERM)

    with pytest.raises(Stopped):
        step()
    assert night.steps == []
