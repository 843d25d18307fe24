"""How much twenty analysts slow a night: `python -m tests.benchmarks.readers --readers 20 --pause 2`.

Every analyst is a process of its own that opens the release, asks over the figures and the facts, closes, and reads the
answer for some seconds before asking again. Nights with and without them alternate; each finds one new file. An answer
that fails ends the benchmark. The aim is a night no longer than 1.3 times the one alone.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pipelines.settings import CHECKOUT
from tests.benchmarks.__main__ import night
from tests.benchmarks.growth import add_one_file
from tests.benchmarks.results import parser, report
from tests.conftest import start_script

_READER = """
import json, sys, time
from datetime import date
from pathlib import Path
from pipelines.serve.connection import connect
from pipelines.settings import Settings

home, pause = Path(sys.argv[1]), float(sys.argv[2])
settings = Settings(home / "raw", home, 2026, date(2026, 11, 20))
print("ready", flush=True)
answers, slowest = 0, 0.0
while not (home / "over").exists():
    started = time.perf_counter()
    with connect(settings) as con:
        assert con.execute("select * from mart_kpi where municipality_code is null").fetchall()
        assert con.execute(
            "select municipality_code, count(*) from mart_kpi_evidence group by all order by 2 desc"
        ).fetchall()
    answers, slowest = answers + 1, max(slowest, time.perf_counter() - started)
    time.sleep(pause)
print(json.dumps({"answers": answers, "slowest": slowest}))
"""


@dataclass
class Answered:
    """What the analysts of one night got."""

    answers: int = 0
    slowest: float = 0.0


@contextlib.contextmanager
def reading(home: Path, count: int, pause: float) -> Iterator[Answered]:
    """Analysts at work, from when all of them are ready until the block ends."""
    over, found = home / "over", Answered()
    over.unlink(missing_ok=True)
    readers = [start_script(_READER, home, str(pause)) for _ in range(count)]
    try:
        for reader in readers:
            assert reader.stdout is not None
            reader.stdout.readline()
        yield found
        over.touch()
        for reader in readers:
            said, error = reader.communicate(timeout=120)
            if error:
                sys.exit(error)
            told = json.loads(said)
            found.answers += told["answers"]
            found.slowest = max(found.slowest, told["slowest"])
    finally:
        over.touch()
        for reader in readers:
            reader.kill()


def main() -> None:
    """Print the medians and the ratio."""
    options = parser("tests.benchmarks.readers", __doc__)
    options.add_argument("--readers", type=int, default=20)
    options.add_argument(
        "--pause", type=float, default=2.0, help="seconds between two questions of an analyst"
    )
    chosen = options.parse_args()
    alone, together, answered = [], [], Answered()
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as name:
        folder = Path(name)
        first = folder / "first"
        night(first)
        for number in range(2 * chosen.rounds):
            home, raw = folder / "home", folder / "raw"
            for place, source in ((home, first), (raw, CHECKOUT / "raw" / "sample")):
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(source, place, symlinks=True)
            add_one_file(raw)
            if number % 2 == 0:
                alone.append(night(home, raw))
            else:
                with reading(home, chosen.readers, chosen.pause) as found:
                    together.append(night(home, raw))
                answered.answers += found.answers
                answered.slowest = max(answered.slowest, found.slowest)
    ratios = [t / a for t, a in zip(together, alone, strict=True)]
    lines = [
        f"night alone                {median(alone):6.1f} s",
        f"with {chosen.readers} analysts           {median(together):6.1f} s",
        f"ratio                      {median(ratios):6.2f}    ({min(ratios):.2f} to {max(ratios):.2f})  aim <= 1.3",
        f"answers                    {answered.answers:6,}    no error, the slowest after {answered.slowest:.1f} s",
    ]
    command = (
        f"python -m tests.benchmarks.readers --readers {chosen.readers} --pause {chosen.pause:g}"
        f" --rounds {chosen.rounds}"
    )
    report("A night while analysts ask", command, lines, keep=chosen.record)


if __name__ == "__main__":
    main()
