"""The process beside the night. If it outlives a killed night, it writes into the next one's candidate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.background import Background
from pipelines.errors import KyosoError, explained
from pipelines.settings import CHECKOUT


class _Unpicklable(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def refuse() -> None:
    raise KyosoError("だめです", where="ここ", todo="あれを", exit_code=7)


def fail() -> None:
    raise OSError(28, "No space left on device", "/somewhere")


def fail_strangely() -> None:
    raise _Unpicklable("a", "b")


def die() -> None:
    os._exit(9)


def give_function() -> object:
    return lambda: 1


def warm_up_that_fails() -> None:
    raise ImportError("not installed")


def test_answers_come_in_the_order_of_the_questions() -> None:
    with Background() as background:
        background.start(pow, 2, 10)
        background.start(pow, 2, 3)
        assert [background.result(), background.result()] == [1024, 8]


def test_an_error_for_people_arrives_with_all_it_says() -> None:
    with Background() as background:
        background.start(refuse)
        with pytest.raises(KyosoError) as caught:
            background.result()
    error = caught.value
    assert (error.what, error.where, error.todo, error.exit_code) == ("だめです", "ここ", "あれを", 7)


def test_a_full_disk_met_in_the_background_is_called_a_full_disk(tmp_path: Path) -> None:
    with Background() as background:
        background.start(fail)
        with pytest.raises(OSError, match="No space") as caught:
            background.result()
    assert "空きがありません" in explained(caught.value, tmp_path, "x").what


def test_the_log_names_the_line_that_failed_in_the_other_process(tmp_path: Path) -> None:
    with Background() as background:
        background.start(fail_strangely)
        with pytest.raises(RuntimeError, match="_Unpicklable: a b") as caught:
            background.result()
    explained(caught.value, tmp_path, "night")
    assert "in fail_strangely" in (tmp_path / "logs" / "night.log").read_text(encoding="utf-8")


def test_an_answer_that_cannot_be_sent_is_an_error_and_not_the_end() -> None:
    with Background() as background:
        background.start(give_function)
        with pytest.raises(Exception, match=r"pickle|local object"):
            background.result()
        background.start(pow, 2, 2)
        assert background.result() == 4


def test_a_dead_process_is_told_and_not_waited_for() -> None:
    with Background() as background:
        background.start(die)
        with pytest.raises(KyosoError, match="並行して行う処理"):
            background.result(timeout_seconds=30)


def test_a_question_that_takes_too_long_is_given_up() -> None:
    with Background() as background:
        background.start(time.sleep, 60)
        with pytest.raises(KyosoError, match="終わりません"):
            background.result(timeout_seconds=0.2)


def test_a_warm_up_that_fails_is_told_by_the_work_that_needs_it() -> None:
    with Background(warm_up_that_fails) as background:
        background.start(pow, 2, 3)
        assert background.result() == 8


def test_closing_ends_the_process_even_in_the_middle_of_work() -> None:
    background = Background()
    background.start(time.sleep, 600)
    process = background._process
    background.close()
    assert not process.is_alive()


_PARENT = """
import sys, time
from pipelines.background import Background
from pipelines.ingest.read.worker import ReadingWorkers
{body}
"""
_BUSY_BACKGROUND = """
background = Background()
background.start(time.sleep, 600)
print(background._process.pid, flush=True)
time.sleep(600)
"""
_BUSY_WORKER = """
if __name__ == "__main__":
    from pipelines.ingest.read import worker
    made = worker._Worker(time.sleep)
    made.connection.send(600)
    print(made.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word about a dead parent is Linux's")
@pytest.mark.parametrize("body", [_BUSY_BACKGROUND, _BUSY_WORKER], ids=["background", "reading worker"])
def test_no_child_outlives_a_parent_that_was_killed(body: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT.format(body=body), encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.5)
    assert _is_running(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
