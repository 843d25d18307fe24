"""A year of nights, one for every day, with daily mail, corrections, spoiled files, kills and missed nights.

`python -m tests.year --nights 365 --folder F` goes on where an earlier call in the same folder ended.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path

from pipelines.history import KEPT_RUNS
from pipelines.settings import TOKYO
from tests.year import clock
from tests.year.arrivals import FIRST, Arrivals
from tests.year.figures import PLACES, SETTLED, Figures, bytes_below, files_below, growth, read, write

_IS_MISSED, _IS_KILLED = 41, 23


def main() -> int:
    """Exit code 1 when a night ended as none should."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--municipalities", type=int, default=6)
    parser.add_argument("--folder", type=Path, help="kept, and continued; by default a temporary one")
    chosen = parser.parse_args()
    if chosen.folder is None:
        with tempfile.TemporaryDirectory(prefix="year-") as folder:
            sys.argv += ["--folder", folder]
            return main()
    folder: Path = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    year = _begun(folder, chosen.municipalities)
    table = folder / "nights.csv"
    clock.warm_up()
    for number in range(len(read(table)), chosen.nights):
        figures = _spend(year, folder, number)
        write(table, figures)
        _say(
            f"{number + 1:3} {figures.day} {figures.outcome:11} {figures.seconds:5.1f} s, CPU {figures.cpu_seconds:5.1f} s"
        )
    return _tell(read(table))


def _begun(folder: Path, municipalities: int) -> Arrivals:
    from pipelines.demo.programme import make_programme

    year = Arrivals(folder / "programme", folder / "raw")
    if not (folder / "begun").exists():
        make_programme(year.programme, seed=5, count=municipalities, mess=0)
        year.raw.mkdir(exist_ok=True)
        year.before_the_year()
        (folder / "begun").touch()
    return year


def _spend(year: Arrivals, folder: Path, number: int) -> Figures:
    day = FIRST + timedelta(days=number)
    home = folder / "home"
    year.on(day)
    now = datetime.combine(day, time(2), TOKYO)
    chance = random.Random(number)
    if number % _IS_MISSED == _IS_MISSED - 1:
        ran, outcome = clock.Ran(0, 0, 0), "missed"
    else:
        kill = chance.uniform(1, 20) if number % _IS_KILLED == _IS_KILLED - 1 else None
        ran = clock.night(year.raw, home, folder / "last.log", now, kill)
        outcome = "killed" if ran.code < 0 else _outcome(home)
    mail = bytes_below(home / "archive")
    return Figures(
        day.isoformat(),
        outcome,
        ran.code,
        round(ran.seconds, 2),
        round(ran.cpu_seconds, 2),
        files_below(home / "archive"),
        bytes_below(year.raw),
        mail,
        *(bytes_below(home / place) for place in PLACES[1:]),
        files_below(home),
    )


def _outcome(home: Path) -> str:
    return str(json.loads((home / "status" / "latest.json").read_text(encoding="utf-8"))["outcome"])


def _tell(nights: list[Figures]) -> int:
    outcomes = {name: sum(n.outcome == name for n in nights) for name in sorted({n.outcome for n in nights})}
    _say(f"{len(nights)} nights: " + ", ".join(f"{name} {count}" for name, count in outcomes.items()))
    for name, first, last, exponent in growth(nights):
        _say(f"{name:16}{first:16,.1f}{last:16,.1f}   exponent {exponent:5.2f}")
    if len(nights) < SETTLED:
        _say(f"Dagster's history is not full before night {KEPT_RUNS}: until then it grows by every night")
    bad = [night for night in nights if night.outcome == "failed" or night.code not in (0, 3, -9)]
    for night in bad:
        _say(f"{night.day}: {night.outcome}, exit code {night.code}")
    return 1 if bad else 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
