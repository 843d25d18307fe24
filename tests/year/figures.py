"""What a night left behind, and whether anything grew faster than what was received."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median

from pipelines.history import KEPT_RUNS

PLACES = ("archive", "landed", "releases", "dagster", "status", "dbt", "build")
# Nights of the first and of the last season are compared; fewer are noise.
SEASON = 30
# From here on there are two nights to compare of which each leaves as many runs in the history as the one before.
SETTLED = KEPT_RUNS + 2


@dataclass(frozen=True)
class Figures:
    """One night in figures; sizes in bytes of what lies on the disk, times in seconds."""

    day: str
    outcome: str
    code: int
    seconds: float
    cpu_seconds: float
    files: int
    received_bytes: int
    archive_bytes: int
    landed_bytes: int
    releases_bytes: int
    dagster_bytes: int
    status_bytes: int
    dbt_bytes: int
    build_bytes: int
    home_files: int


def bytes_below(folder: Path) -> int:
    """Size of all files below a folder; each counted once however many names it has."""
    seen = {(s.st_dev, s.st_ino): s.st_size for s in _stats(folder)}
    return sum(seen.values())


def files_below(folder: Path) -> int:
    """How many files lie below a folder."""
    return len(_stats(folder))


def write(path: Path, night: Figures) -> None:
    """Append a night to the table."""
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Figures)])
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(night))


def read(path: Path) -> list[Figures]:
    """The nights so far, in their order."""
    if not path.exists():
        return []
    kinds = {"str": str, "int": int, "float": float}
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Figures(**{field.name: kinds[str(field.type)](row[field.name]) for field in fields(Figures)})
            for row in csv.DictReader(file)
        ]


def growth(nights: Sequence[Figures]) -> list[tuple[str, float, float, float]]:
    """Name, figure of the first season, of the last, and the exponent against what was received.

    The exponent is log(last / first) / log(received last / received first): 1 grows like the data, 0 not at all.
    The first season begins when as many nights are kept in Dagster's history as ever will be (`KEPT_RUNS`): until then
    it grows by every night, whatever is received.
    """
    done = [night for night in nights if night.code in (0, 3) and night.outcome != "nothing_new"]
    if len(done) >= SETTLED:
        done = done[KEPT_RUNS:]
    size = min(SEASON, len(done) // 2)
    if size == 0:
        return []
    first, last = done[:size], done[-size:]

    def of(season: Sequence[Figures], name: str) -> float:
        return median(float(getattr(night, name)) for night in season)

    more = math.log(of(last, "received_bytes") / of(first, "received_bytes"))
    names = ["received_bytes", "files", "seconds", "cpu_seconds", *(f"{place}_bytes" for place in PLACES)]
    rows = []
    for name in [*names, "home_files"]:
        a, b = of(first, name), of(last, name)
        rows.append((name, a, b, math.log(b / a) / more if a > 0 and b > 0 and more > 0 else 0.0))
    return rows


def _stats(folder: Path) -> list[os.stat_result]:
    return [path.lstat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
