"""What is left of a cluster when it is over."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from pipelines.settings import CHECKOUT

_START_SECONDS, _END_SECONDS = 300, 30


def left_running(folder: Path) -> list[str]:
    """Processes that still name the folder, in words; empty when none does after a while."""
    until = time.monotonic() + _END_SECONDS
    while (found := _naming(folder)) and time.monotonic() < until:
        time.sleep(0.2)
    return [f"終わっていない処理 {command[:200]}" for command in found]


def kill_one_at_work(folder: Path) -> list[str]:
    """Start a cluster on the folder, kill its process with -9, and say what outlived it."""
    inside = folder.with_name("inside")
    command = ["-m", "pipelines.cluster", "--folder", str(folder), "--"]
    at_work = [
        sys.executable,
        "-c",
        f"import pathlib, time; pathlib.Path({str(inside)!r}).touch(); time.sleep(600)",
    ]
    with subprocess.Popen([sys.executable, *command, *at_work], cwd=CHECKOUT) as starter:
        until = time.monotonic() + _START_SECONDS
        while not inside.exists() and starter.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        starter.kill()
    if not inside.exists():
        return ["クラスタが起きませんでした"]
    if len(list(folder.glob("*.log"))) != 3:
        return ["クラスタの記録が、マスターとワーカー2つのものではありません"]
    return left_running(folder.parent)


def _naming(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found
