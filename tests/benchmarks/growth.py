"""How a night grows with the number of municipalities: `python -m tests.benchmarks.growth --sizes 30,300,1741`.

For each size a programme is made once, then three nights run in a home of their own: a cold one, one with nothing
new, and one with a single new file; then one figure is traced to its cells. Processor seconds (user + system, all
processes) stand beside wall seconds, since others may use the machine; memory is what all processes of a night had
together at one moment. Exponents compare a size with the one before: 1 is linear. A cold night that failed ends the
benchmark. With `--record` the table and a plot go to RESULTS.md.
"""

from __future__ import annotations

import itertools
import math
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.settings import CHECKOUT
from tests.benchmarks.plot import growth_plot
from tests.benchmarks.results import RESULTS, parser, record, table

_AS_OF = "2026-11-20"
_STEP = re.compile(r'kyoso_last_run_step_seconds\{step="(.+?)"\} ([\d.]+)')
_TRACED = "K203"
# A look at a night's memory costs a few milliseconds a process.
_LOOK_SECONDS = 0.5
_KINDS = ("demo", "cold", "nothing new", "one file", "trace")


@dataclass
class Measured:
    """One process with all its children."""

    wall: float
    processor: float
    megabytes: float
    steps: dict[str, float] = field(default_factory=dict)


@dataclass
class Grown:
    """A programme of one size: what there was, and what each run of the house cost."""

    files: int
    received: float
    home: float
    release: float
    runs: dict[str, Measured]


class Watched(threading.Thread):
    """The most memory a process and its descendants had together, shared pages counted once; megabytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.most = 0.0
        self._is_over = threading.Event()

    def run(self) -> None:
        """Look again and again until told to stop."""
        while not self._is_over.wait(_LOOK_SECONDS):
            self.most = max(self.most, sum(map(_kilobytes, _family(self.pid))) / 1024)

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()
        self.join()


def _family(pid: int) -> list[int]:
    """A process and all that descend from it, as Linux tells it."""
    members, position = [pid], 0
    while position < len(members):
        try:
            tasks = Path(f"/proc/{members[position]}/task")
            members += [int(c) for t in tasks.iterdir() for c in (t / "children").read_text().split()]
        except OSError:
            pass  # It ended while we looked.
        position += 1
    return members


def _kilobytes(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


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
    watched = Watched(pid)
    watched.start()
    _, status, used = os.wait4(pid, 0)
    watched.stop()
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    # What ran shorter than we look is known by its largest process alone.
    most = max(watched.most, used.ru_maxrss / 1024)
    return Measured(time.perf_counter() - started, used.ru_utime + used.ru_stime, most)


def night(raw: Path, home: Path) -> Measured:
    """One night, with the seconds of its steps as the house itself reports them."""
    found = spent("nightly", "--raw", str(raw), "--home", str(home), "--as-of", _AS_OF)
    told = (home / "status" / "kyoso.prom").read_text("utf-8")
    found.steps = {step: float(seconds) for step, seconds in _STEP.findall(told)}
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


def measure(size: int, folder: Path) -> Grown:
    """Make a programme, run its three nights, and trace one figure of the whole programme."""
    raw, home = folder / "raw", folder / "home"
    runs = {"demo": spent("demo", str(raw), "--municipalities", str(size), "--mess", "0")}
    files = sum(1 for p in raw.rglob("*") if p.is_file())
    received = size_of(raw)
    runs["cold"] = night(raw, home)
    first = (home / "current").resolve()
    runs["nothing new"] = night(raw, home)
    add_one_file(raw)
    runs["one file"] = night(raw, home)
    if (home / "current").resolve() == first:
        sys.exit("the one file was not released")
    runs["trace"] = spent("trace", _TRACED, "--home", str(home), "--csv")
    release = size_of((home / "current").resolve())
    return Grown(files, received, size_of(home), release, runs)


def said(size: int, grown: Grown) -> str:
    """What was measured of one size, as lines for the screen."""
    lines = [
        f"{size:,} municipalities, {grown.files:,} files of {grown.received:,.0f} MB, home {grown.home:,.0f} MB"
    ]
    for name, m in grown.runs.items():
        steps = " ".join(f"{step} {seconds:.1f}" for step, seconds in m.steps.items())
        lines.append(
            f"  {name:12}{m.processor:9.1f} s processor{m.wall:9.1f} s wall{m.megabytes:8,.0f} MB   {steps}"
        )
    return "\n".join(lines) + "\n"


def exponent(value: Callable[[Grown], float], found: Mapping[int, Grown]) -> list[str]:
    """From every size to the next: 1 where a value grows as the municipalities do; "–" for the first."""
    sizes = list(found)
    pairs = itertools.pairwise(sizes)
    return ["–"] + [
        f"{math.log(value(found[b]) / value(found[a])) / math.log(b / a):.2f}"
        if value(found[a]) and value(found[b])
        else "–"
        for a, b in pairs
    ]


def tables(found: Mapping[int, Grown]) -> str:
    """Markdown: costs with exponents, then the seconds of each step of a cold and of a one-file night."""
    values: dict[str, tuple[Callable[[Grown], float], str]] = {
        "files received": (lambda g: g.files, ",.0f"),
        "received, MB": (lambda g: g.received, ",.0f"),
        "home after three nights, MB": (lambda g: g.home, ",.0f"),
        "release, MB": (lambda g: g.release, ",.0f"),
    }
    for kind in _KINDS:
        name = (
            f"`kyoso trace {_TRACED}`" if kind == "trace" else f"{kind} night" if kind != "demo" else "demo"
        )
        values[f"{name}, processor s"] = (lambda g, k=kind: g.runs[k].processor, ",.1f")  # type: ignore[misc]
        values[f"{name}, wall s"] = (lambda g, k=kind: g.runs[k].wall, ",.1f")  # type: ignore[misc]
        values[f"{name}, memory MB"] = (lambda g, k=kind: g.runs[k].megabytes, ",.0f")  # type: ignore[misc]
    parts = [("municipalities", values)]
    for kind in ("cold", "one file"):
        steps = {s: None for grown in found.values() for s in grown.runs[kind].steps}
        parts.append(
            (
                f"step of the {kind} night, wall s",
                {s: (lambda g, k=kind, s=s: g.runs[k].steps.get(s, 0.0), ",.1f") for s in steps},  # type: ignore[misc]
            )
        )
    heading = [h for size in found for h in (f"{size:,}", "exponent")]
    del heading[1]
    return "\n\n".join(
        table([first, *heading], [_row(name, value, form, found) for name, (value, form) in part.items()])
        for first, part in parts
    )


def _row(name: str, value: Callable[[Grown], float], form: str, found: Mapping[int, Grown]) -> list[str]:
    exponents = exponent(value, found)
    cells = [
        c for grown, e in zip(found.values(), exponents, strict=True) for c in (format(value(grown), form), e)
    ]
    del cells[1]
    return [name, *cells]


def plots(found: Mapping[int, Grown]) -> dict[str, str]:
    """The same as pictures: SVG by file name."""
    names = {
        "cold": "cold night",
        "one file": "one-file night",
        "nothing new": "nothing new",
        "trace": "trace",
    }
    seconds = {name: {n: g.runs[k].processor for n, g in found.items()} for k, name in names.items()}
    memory = {
        "cold night, memory": {n: g.runs["cold"].megabytes for n, g in found.items()},
        "home": {n: g.home for n, g in found.items()},
        "received": {n: g.received for n, g in found.items()},
    }
    return {
        "growth_seconds.svg": growth_plot(seconds, "processor s", "municipalities", "Processor seconds"),
        "growth_megabytes.svg": growth_plot(memory, "MB", "municipalities", "Memory and disk"),
    }


def main() -> None:
    """Print every size, and the exponents from each to the next."""
    options = parser("tests.benchmarks.growth", __doc__, rounds=0)
    options.add_argument("--sizes", default="30,300")
    options.add_argument("--folder", type=Path, help="where programmes and homes go; kept, one folder a size")
    chosen = options.parse_args()
    os.chdir(CHECKOUT)
    found: dict[int, Grown] = {}
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as temporary:
        for size in map(int, chosen.sizes.split(",")):
            place = (chosen.folder or Path(temporary)) / str(size)
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            found[size] = measure(size, place)
            sys.stdout.write(said(size, found[size]))
            sys.stdout.flush()
            if not chosen.folder:
                shutil.rmtree(place)
    command = f"python -m tests.benchmarks.growth --sizes {chosen.sizes}"
    body = tables(found)
    sys.stdout.write(f"\n{body}\n\n{command}   ({os.cpu_count()} cores)\n")
    if chosen.record:
        pictures = plots(found)
        for name, svg in pictures.items():
            RESULTS.with_name(name).write_text(svg, "utf-8")
        shown = "\n".join(f"![{name.removesuffix('.svg').replace('_', ', ')}]({name})" for name in pictures)
        record("Growth with the number of municipalities", command, f"{body}\n\n{shown}")


if __name__ == "__main__":
    main()
