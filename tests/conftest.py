"""What tests share: one released sample home per test run, and copies of it for tests that change things."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from pipelines.settings import CHECKOUT, Settings

SAMPLE = CHECKOUT / "raw" / "sample"
AS_OF = date(2026, 11, 20)
SHARED = CHECKOUT.parent / "shared"

# Property tests are many: few examples each, always the same ones, so that a change is judged by what it
# changes; and no deadline that a busy machine would miss. `make properties` looks for new examples.
hypothesis_settings.register_profile("busy", max_examples=60, deadline=None, derandomize=True)
hypothesis_settings.register_profile("thorough", max_examples=2_000, deadline=None, derandomize=False)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "busy"))


def run_kyoso(
    *arguments: str | Path, timeout: float = 600, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `kyoso` as its user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        cwd=CHECKOUT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start_script(script: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start a script of Python in a process of its own, to be listened to."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_night(
    home: Path, *more: str | Path, raw: Path = SAMPLE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a night on the 暫定 edition's day, in a process of its own."""
    as_of = [] if "--as-of" in more else ["--as-of", AS_OF.isoformat()]
    return run_kyoso("nightly", "--raw", raw, "--home", home, *as_of, *more, **environment)


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one released sample night. Made once, also when several workers run; never to be changed."""
    root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent
    home = root / "sample-home"
    with (root / "sample-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "current").exists():
            ran = run_night(home)
            assert ran.returncode == 0, ran.stdout + ran.stderr
    return home


@pytest.fixture(scope="session")
def sample_settings(sample_home: Path) -> Settings:
    """The settings of the released sample night."""
    return Settings(SAMPLE, sample_home, 2026, AS_OF)


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A home of its own, as the sample night left it, to be changed at will."""
    copy = tmp_path / "home"
    shutil.copytree(sample_home, copy, symlinks=True)
    return copy


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A copy of the sample's received files, to be changed at will."""
    copy = tmp_path / "raw"
    shutil.copytree(SAMPLE, copy)
    return copy


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Files written by nobody in this project; tests that read them skip where they are absent."""
    folder = SHARED / "data" / "real"
    if not folder.exists():
        pytest.skip("the folder with files from outside is not beside this checkout")
    return folder
