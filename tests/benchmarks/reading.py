"""Speed of reading workbooks as ratios to bare calamine: `python -m tests.benchmarks.reading --files 2000`.

The floor is calamine alone on one core: open, and every sheet as Python values. Rounds are interleaved;
medians are shown. Landing uses every core and does everything a night does with a file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.workbook import read_workbook
from pipelines.ingest.read.worker import ReadingWorkers
from tests.benchmarks.results import report
from tests.unit.ingest.conform.forms import PREAMBLE, heading, visit

ROWS = 40
# Written once and copied: openpyxl would need longer than everything measured.
DISTINCT = 50


def forms(folder: Path, files: int) -> list[Path]:
    """So many filled forms of forty rows, with a hidden sheet of choices as our own forms have."""
    from openpyxl import Workbook

    paths = []
    for number in range(min(DISTINCT, files)):
        workbook = Workbook()
        sheet = workbook.worksheets[0]
        for row in [*PREAMBLE, heading()]:
            sheet.append(row)
        for row_number in range(ROWS):
            row = visit(row_number, attendee_count=number, preparation_hours=2.5)
            sheet.append([value or None for value in row])
        choices = workbook.create_sheet("選択肢")
        for text in ("訪問", "オンライン", "○", "×"):
            choices.append([text])
        choices.sheet_state = "hidden"
        paths.append(folder / f"{number:05d}.xlsx")
        workbook.save(paths[-1])
    for number in range(len(paths), files):
        paths.append(folder / f"{number:05d}.xlsx")
        shutil.copy(paths[number % DISTINCT], paths[-1])
    return paths


def bare(paths: list[Path]) -> None:
    """What nobody who uses calamine can avoid."""
    import python_calamine

    for path in paths:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python()


def ours(paths: list[Path]) -> None:
    """The reader: the same, with every check."""
    for path in paths:
        read_workbook(path)


def landing(paths: list[Path], count: int | None = None) -> None:
    """Reading, finding the table, conforming every cell, and bringing the rows home."""
    jobs = [FileJob(f"{n:064d}", "visit_log", path, path.name, sample_key()) for n, path in enumerate(paths)]
    workers: ReadingWorkers[FileJob, FileOutcome] = ReadingWorkers(conform_file, count=count)
    landed = sum(
        len(rows)
        for _, outcome in workers.map(jobs)
        if isinstance(outcome, FileOutcome)
        for rows in outcome.rows.values()
    )
    if landed != ROWS * len(paths):
        sys.exit(f"{landed} rows landed of {ROWS * len(paths)}")


def spent(function: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor seconds of one call, those of ended workers included."""
    started, before = time.perf_counter(), sum(os.times()[:4])
    function()
    return time.perf_counter() - started, sum(os.times()[:4]) - before


def main() -> None:
    """Print seconds, files per second and the ratios of speed and of processor time to bare calamine."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.reading", description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--record", action="store_true", help="replace the section of RESULTS.md")
    chosen = parser.parse_args()
    kinds: dict[str, Callable[[list[Path]], None]] = {
        "bare calamine, one core": bare,
        "read_workbook, one core": ours,
        "landing, one worker": lambda paths: landing(paths, 1),
        f"landing, {os.cpu_count()} workers": landing,
    }
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:
        paths = forms(Path(folder), chosen.files)
        for kind in (bare, ours):
            kind(paths[:DISTINCT])
        rounds = [
            {name: spent(lambda kind=kind: kind(paths)) for name, kind in kinds.items()}  # type: ignore[misc]
            for _ in range(chosen.rounds)
        ]
    walls, cores = ({name: median(r[name][i] for r in rounds) for name in kinds} for i in (0, 1))
    floor = next(iter(kinds))
    lines = [
        f"{name:26}{walls[name]:8.2f} s{chosen.files / walls[name]:9.0f} files/s"
        f"   speed {walls[floor] / walls[name]:.2f} × bare   processor time {cores[name] / cores[floor]:.2f} × bare"
        for name in kinds
    ]
    command = f"python -m tests.benchmarks.reading --files {chosen.files} --rounds {chosen.rounds}"
    report("Reading workbooks", command, lines, keep=chosen.record)


if __name__ == "__main__":
    main()
