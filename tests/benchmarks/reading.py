"""Speed of reading tables as ratios to a bare reader: `python -m tests.benchmarks.reading --files 2000`.

The floor is what nobody who uses the library can avoid, on one core: calamine opens a workbook and gives every sheet
as Python values, DuckDB gives every line of a text as columns. Rounds are interleaved; medians are shown. Landing uses
every core and does everything a night does with a file.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.delimited import read_delimited_file
from pipelines.ingest.read.workbook import read_workbook
from pipelines.ingest.read.worker import ReadingWorkers
from tests.benchmarks.results import parser, report
from tests.unit.ingest.conform.forms import PREAMBLE, heading, visit

ROWS = 40
# Written once and copied: openpyxl would need longer than everything measured.
DISTINCT = 50
UTF8 = ".utf8"


def rows_of(number: int) -> list[list[Any]]:
    """One filled form of forty rows."""
    rows = [visit(n, attendee_count=number, preparation_hours=2.5) for n in range(ROWS)]
    return [*map(list, PREAMBLE), heading(), *([value or None for value in row] for row in rows)]


def write_xlsx(paths: list[Path]) -> None:
    """With a hidden sheet of choices, as our own forms have."""
    from openpyxl import Workbook

    for number, path in enumerate(paths):
        workbook = Workbook()
        sheet = workbook.worksheets[0]
        for row in rows_of(number):
            sheet.append(row)
        choices = workbook.create_sheet("選択肢")
        for text in ("訪問", "オンライン", "○", "×"):
            choices.append([text])
        choices.sheet_state = "hidden"
        workbook.save(path)


def write_by_office(paths: list[Path]) -> None:
    """The same workbooks as an office program saves them in another format."""
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:
        books = [Path(folder, path.name).with_suffix(".xlsx") for path in paths]
        write_xlsx(books)
        to = ("--convert-to", paths[0].suffix[1:], "--outdir", str(paths[0].parent))
        profile = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(
            ["soffice", profile, "--headless", *to, *map(str, books)], check=True, capture_output=True
        )


def write_csv(paths: list[Path]) -> None:
    """As Excel saves it, and beside it in the one encoding that DuckDB reads without an extension."""
    for number, path in enumerate(paths):
        for encoding, name in (("cp932", path), ("utf-8", path.with_suffix(UTF8))):
            with name.open("w", encoding=encoding, newline="") as file:
                csv.writer(file).writerows(rows_of(number))


def bare_calamine(paths: list[Path]) -> None:
    """Every sheet as values."""
    import python_calamine

    for path in paths:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python()


def bare_duckdb(paths: list[Path]) -> None:
    """Every line as columns of text."""
    with duckdb.connect(config={"threads": 1}) as con:
        for path in paths:
            text = str(path.with_suffix(UTF8))
            con.read_csv(text, all_varchar=True, header=False, null_padding=True).fetchall()


@dataclass(frozen=True)
class Kind:
    """One kind of file: how it is made, what reads it at the least, and how we do."""

    suffix: str
    write: Callable[[list[Path]], None]
    floor: str
    bare: Callable[[list[Path]], None]
    read: Callable[[Path], object]

    def files(self, folder: Path, count: int) -> list[Path]:
        """So many files: few are written and the others copied, or writing would take longest of all."""
        paths = [folder / f"{number:05d}.{self.suffix}" for number in range(count)]
        self.write(paths[:DISTINCT])
        for number, path in enumerate(paths[DISTINCT:]):
            for suffix in (path.suffix, UTF8):
                if (source := paths[number % DISTINCT].with_suffix(suffix)).exists():
                    shutil.copy(source, path.with_suffix(suffix))
        return paths


KINDS = (
    Kind("xlsx", write_xlsx, "bare calamine", bare_calamine, read_workbook),
    Kind("xls", write_by_office, "bare calamine", bare_calamine, read_workbook),
    Kind("ods", write_by_office, "bare calamine", bare_calamine, read_workbook),
    Kind("csv", write_csv, "bare DuckDB", bare_duckdb, read_delimited_file),
)


def landing(paths: list[Path], count: int | None = None) -> None:
    """Reading, finding the table, conforming every cell, and bringing the rows home."""
    jobs = [FileJob(f"{n:064d}", "visit_log", path, path.name, sample_key()) for n, path in enumerate(paths)]
    workers: ReadingWorkers[FileJob, FileOutcome] = ReadingWorkers(conform_file, count=count)
    for job, outcome in workers.map(jobs):
        if not isinstance(outcome, FileOutcome) or not any(map(len, outcome.rows.values())):
            sys.exit(f"{job.name}: no row landed")


def spent(function: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor seconds of one call, those of ended workers included."""
    started, before = time.perf_counter(), sum(os.times()[:4])
    function()
    return time.perf_counter() - started, sum(os.times()[:4]) - before


def measured(kind: Kind, files: int, rounds: int) -> list[str]:
    """Seconds, files per second and the ratios of speed and of processor time to the bare reader."""
    floor = f"{kind.floor}, one core"

    def ours(paths: list[Path]) -> None:
        for path in paths:
            kind.read(path)

    ways: dict[str, Callable[[list[Path]], None]] = {
        floor: kind.bare,
        "our reader, one core": ours,
        "landing, one worker": lambda paths: landing(paths, 1),
        f"landing, {os.cpu_count()} workers": landing,
    }
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:
        paths = kind.files(Path(folder), files)
        for way in (kind.bare, ours):
            way(paths[:DISTINCT])
        taken = [
            {name: spent(lambda way=way: way(paths)) for name, way in ways.items()}  # type: ignore[misc]
            for _ in range(rounds)
        ]
    walls, cores = ({name: median(r[name][i] for r in taken) for name in ways} for i in (0, 1))
    return [
        f"{kind.suffix:6}{name:26}{walls[name]:8.2f} s{files / walls[name]:9.0f} files/s"
        f"   speed {walls[floor] / walls[name]:.2f} × bare   processor time {cores[name] / cores[floor]:.2f} × bare"
        for name in ways
    ]


def main() -> None:
    """Print the figures of every kind, with the command to repeat them."""
    options = parser("tests.benchmarks.reading", __doc__)
    options.add_argument("--files", type=int, default=2000)
    chosen = options.parse_args()
    kinds = [kind for kind in KINDS if kind.write is not write_by_office or shutil.which("soffice")]
    lines = [line for kind in kinds for line in measured(kind, chosen.files, chosen.rounds)]
    command = f"python -m tests.benchmarks.reading --files {chosen.files} --rounds {chosen.rounds}"
    report("Reading tables", command, lines, keep=chosen.record)


if __name__ == "__main__":
    main()
