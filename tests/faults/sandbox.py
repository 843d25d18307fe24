"""What tests of faults borrow from the kernel: small disks, no network, no privileges. Skips where it lends nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"this machine lets tests mount no file system: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    """Forbid every change to a file system made by `small_disk`."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def no_network() -> list[str]:
    """What to write before a command so that it finds no network, not even loopback."""
    if subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets tests make no network namespace")
    return ["unshare", "-n"]


def no_privileges() -> list[str]:
    """What to write before a command so that even root may do no more than an ordinary user may with files of his own."""
    if os.geteuid() != 0:
        return []
    without = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    if subprocess.run([*without, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets tests give up no privileges")
    return without


def in_japanese(folder: Path) -> dict[str, str]:
    """The environment of a machine set up in Japanese (ja_JP.UTF-8); the locale is made in a folder of the caller's."""
    made = subprocess.run(
        ["localedef", "-i", "ja_JP", "-f", "UTF-8", str(folder / "ja_JP.UTF-8")],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this machine has no sources of the Japanese locale")
    return {"LOCPATH": str(folder), "LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8"}


def processes_with(mark: str) -> list[int]:
    """Processes alive whose environment holds the mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_dead = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
            if not is_dead and mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]
