"""One writer per home. If two nights write at once, the candidate is a mixture of both."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.serve import lock
from pipelines.serve.lock import ANOTHER_RUN, LandingLock, WriterLock, writer_of
from pipelines.settings import CHECKOUT, Settings

_HOLD = """
import sys, time
from datetime import date
from pathlib import Path
from pipelines.serve.lock import WriterLock
from pipelines.settings import Settings
with WriterLock(Settings(Path("raw"), Path(sys.argv[1]), 2026, date(2026, 11, 20))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))


@pytest.fixture
def holder(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(settings.home)], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_writer_is_told_who_is_writing(settings: Settings, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(KyosoError) as caught, WriterLock(settings):
        pass
    assert caught.value.exit_code == ANOTHER_RUN
    assert f"PID {holder.pid}、" in caught.value.what
    assert "待って" in caught.value.todo


def test_a_killed_writer_leaves_no_lock_behind(settings: Settings, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with WriterLock(settings):
        assert f"PID {os.getpid()}" in (settings.home / "lock").read_text(encoding="utf-8")


def test_the_same_process_may_enter_twice_and_holds_it_until_the_last_exit(settings: Settings) -> None:
    with WriterLock(settings):
        with WriterLock(settings):
            pass
        held = subprocess.run(
            ["flock", "-n", str(settings.home / "lock"), "true"], check=False, capture_output=True
        )
        assert held.returncode == 1
    with WriterLock(settings):
        pass


def test_a_home_that_cannot_be_a_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    settings = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    with (
        pytest.raises(KyosoError, match=r"書き込めません.*同じ名前のファイル") as caught,
        WriterLock(settings),
    ):
        pass
    assert "--home" in caught.value.todo


_LAND = _HOLD.replace("WriterLock", "LandingLock").replace("time.sleep(60)", "time.sleep(float(sys.argv[2]))")


def _lander(settings: Settings, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _LAND, str(settings.home), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_several_land_at_the_same_time_and_a_writer_waits_until_the_last_has_ended(
    settings: Settings,
) -> None:
    landers = [_lander(settings, seconds) for seconds in (0.5, 1.5)]
    started = time.monotonic()
    with LandingLock(settings):
        assert writer_of(settings) == ""
    with WriterLock(settings):
        assert time.monotonic() - started > 1.3
    assert [lander.wait(60) for lander in landers] == [0, 0]


def test_nobody_lands_while_somebody_writes(settings: Settings, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(KyosoError) as caught, LandingLock(settings):
        pass
    assert caught.value.exit_code == ANOTHER_RUN
    assert f"PID {holder.pid}、" in caught.value.what


def test_a_writer_does_not_wait_for_ever(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_WAIT_SECONDS", 0.0)
    lander = _lander(settings, 60)
    try:
        with pytest.raises(KyosoError) as caught, WriterLock(settings):
            pass
        assert caught.value.exit_code == ANOTHER_RUN
    finally:
        lander.kill()
        lander.wait()
    with WriterLock(settings):
        pass


def test_a_look_at_who_writes_does_not_keep_a_writer_out(settings: Settings) -> None:
    with WriterLock(settings):
        pass
    looking = os.open(settings.home / "lock", os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    timer = threading.Timer(0.7, os.close, [looking])
    timer.start()
    with WriterLock(settings):
        timer.join()
