"""How a night grows with the number of municipalities: `python -m tests.benchmarks.growth --sizes 30,300,1741`.

For each size a programme is made once, then three nights run in a home of their own: a cold one, one with nothing
new, and one with a single new file. Processor seconds (user + system, all processes of the night) stand beside wall
seconds, since others may use the machine. Exponents compare a size with the one before: 1 is linear.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.settings import CHECKOUT

_AS_OF = "2026-11-20"
_STEP = re.compile(r'kyoso_last_run_step_seconds\{step="(.+?)"\} ([\d.]+)')


@dataclass
class Measured:
    """One process with all its children."""

    wall: float
    processor: float
    megabytes: float
    steps: dict[str, float] = field(default_factory=dict)


def spent(*arguments: str) -> Measured:
    """Run `kyoso` and measure it; a failure ends the benchmark."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    pid = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    # Of the largest process alone: a night's workers come and go.
    return Measured(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def night(raw: Path, home: Path) -> Measured:
    """One night, with the seconds of its steps as the house itself reports them."""
    found = spent("nightly", "--raw", str(raw), "--home", str(home), "--as-of", _AS_OF)
    found.steps = {
        step: float(s) for step, s in _STEP.findall((home / "status" / "kyoso.prom").read_text("utf-8"))
    }
    return found


def size_of(folder: Path) -> float:
    """Megabytes of a folder's files."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink()) / 2**20


def add_one_file(raw: Path) -> None:
    """A report sent again under a name that says so: one file more, one submission replaced."""
    first = min(raw.rglob("*派遣実施報告書*.xlsx"))
    folder = raw / "R8" / "visit_log" / "2026-11-19"
    folder.mkdir(parents=True, exist_ok=True)
    # Other bytes, the same rows: what stands behind a ZIP's end is no part of it.
    (folder / f"【再送】{first.name}").write_bytes(first.read_bytes() + b"\0")


def measure(size: int, folder: Path) -> dict[str, Measured]:
    """Make a programme and run its three nights."""
    raw, home = folder / "raw", folder / "home"
    found = {"demo": spent("demo", str(raw), "--municipalities", str(size), "--mess", "0")}
    files = sum(1 for p in raw.rglob("*") if p.is_file())
    found["cold"] = night(raw, home)
    found["nothing new"] = night(raw, home)
    add_one_file(raw)
    found["one file"] = night(raw, home)
    sys.stdout.write(f"\n{size:,} municipalities, {files:,} files, home {size_of(home):,.0f} MB\n")
    for name, m in found.items():
        sys.stdout.write(
            f"  {name:12}{m.processor:9.1f} s processor{m.wall:9.1f} s wall{m.megabytes:8,.0f} MB   "
            + " ".join(f"{step} {seconds:.1f}" for step, seconds in m.steps.items())
            + "\n"
        )
    sys.stdout.flush()
    return found


def main() -> None:
    """Print every size, and the exponents from each to the next."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--sizes", default="30,300")
    parser.add_argument("--folder", type=Path, help="where programmes and homes go; kept, one folder a size")
    chosen = parser.parse_args()
    os.chdir(CHECKOUT)
    before: tuple[int, dict[str, Measured]] | None = None
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as temporary:
        for size in map(int, chosen.sizes.split(",")):
            place = (chosen.folder or Path(temporary)) / str(size)
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            found = measure(size, place)
            if before:
                scale = math.log(size / before[0])
                said = (
                    f"{name} {math.log(m.processor / before[1][name].processor) / scale:.2f}"
                    for name, m in found.items()
                )
                sys.stdout.write(f"  exponents from {before[0]:,}: {', '.join(said)}\n")
            before = size, found
    sys.stdout.write(
        f"\npython -m tests.benchmarks.growth --sizes {chosen.sizes}   ({os.cpu_count()} cores)\n"
    )


if __name__ == "__main__":
    main()
