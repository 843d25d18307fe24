"""The same files read by the script an analyst would write with pandas: `python -m tests.benchmarks.pandas_script`.

It opens every workbook with `pandas.read_excel`, takes the row with the most words among the first twenty as the
heading, drops empty rows, notes the file's name, and writes a table a source to DuckDB. That is all: it checks
nothing, keeps no cell addresses, knows no other spelling of a heading, no two tables on a sheet, and no second
version of a file. The house receives, archives, reads, checks and lands the same folder. Two engines are measured:
pandas' default (openpyxl) and calamine. Rounds are interleaved, medians are shown.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import duckdb
import pandas as pd

from pipelines.ingest.archive import Archive
from pipelines.ingest.landing import land_new
from pipelines.settings import CHECKOUT, Settings
from tests.benchmarks.reading import spent
from tests.benchmarks.results import parser, record, table

_SHOWN_ROWS = 20
_WORKBOOKS = (".xlsx", ".xls")
_AS_OF = date(2026, 11, 20)


@dataclass
class Read:
    """What one way of reading made of a folder: rows, and files it could make nothing of."""

    rows: int
    files: int
    not_read: int


def by_pandas(raw: Path, warehouse: Path, engine: str | None) -> Read:
    """The script. A file it stumbles over is left out, as such scripts do."""
    tables: dict[str, list[pd.DataFrame]] = defaultdict(list)
    paths = sorted(p for p in raw.rglob("*") if p.suffix.lower() in _WORKBOOKS)
    failed = 0
    for path in paths:
        source = path.relative_to(raw).parts[1]
        try:
            # xlrd, pandas' default for .xls, is not among what the project installs.
            own = engine if path.suffix == ".xlsx" else "calamine"
            sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine=own)
        except Exception:
            failed += 1
            continue
        for name, sheet in sheets.items():
            if sheet.empty:
                continue
            heading = int(sheet.head(_SHOWN_ROWS).notna().sum(axis=1).idxmax())
            rows = sheet.iloc[heading + 1 :].dropna(how="all")
            if rows.empty:
                continue
            names = [str(value).strip() for value in sheet.iloc[heading]]
            rows.columns = [n if names.index(n) == i else f"{n}.{i}" for i, n in enumerate(names)]
            tables[source].append(rows.assign(file=path.name, sheet=str(name)).astype(str))
    count = 0
    with duckdb.connect(str(warehouse)) as con:
        for source, frames in tables.items():
            whole = pd.concat(frames, ignore_index=True)
            con.execute(f"create table {source} as from whole")
            count += len(whole)
    return Read(count, len(paths), failed)


def by_house(raw: Path, home: Path) -> Read:
    """Received, archived, read, checked and landed; CSV files, chat exports and notes as well."""
    settings = Settings(raw, home, 2026, _AS_OF)
    archive = Archive(settings)
    archive.receive(_AS_OF)
    summary = land_new(settings, archive)
    return Read(summary.rows_landed, summary.files_read, summary.files_refused)


def main() -> None:
    """Print seconds, rows and files of each way, and the ratios of processor time to the house's."""
    options = parser("tests.benchmarks.pandas_script", __doc__)
    options.add_argument("--raw", type=Path, default=CHECKOUT / "raw" / "sample")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    ways: dict[str, Callable[[Path], Read]] = {
        "kyoso: receive, archive, read, check, land": lambda place: by_house(chosen.raw, place / "home"),
        "pandas.read_excel (openpyxl)": lambda place: by_pandas(chosen.raw, place / "p.duckdb", None),
        "pandas.read_excel (calamine)": lambda place: by_pandas(chosen.raw, place / "c.duckdb", "calamine"),
    }
    reads: dict[str, Read] = {}
    seconds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(chosen.rounds):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:

                def one(
                    name: str = name, way: Callable[[Path], Read] = way, place: Path = Path(folder)
                ) -> None:
                    reads[name] = way(place)

                seconds[name].append(spent(one))
    ours = seconds[next(iter(ways))]
    rows = [
        [
            name,
            f"{reads[name].files:,}",
            f"{reads[name].not_read:,}",
            f"{reads[name].rows:,}",
            f"{median(wall for wall, _ in seconds[name]):.1f}",
            f"{median(cpu for _, cpu in seconds[name]):.1f}",
            f"{median(cpu / own[1] for (_, cpu), own in zip(seconds[name], ours, strict=True)):.2f}",
        ]
        for name in ways
    ]
    heading = ["way", "files", "not read", "rows", "wall s", "processor s", "× kyoso's processor"]
    body = table(heading, rows)
    try:
        place = chosen.raw.resolve().relative_to(CHECKOUT)
    except ValueError:
        place = chosen.raw
    command = f"python -m tests.benchmarks.pandas_script --raw {place} --rounds {chosen.rounds}"
    sys.stdout.write(f"{body}\n{command}   ({os.cpu_count()} cores)\n")
    if chosen.record:
        record("The same files by a script with pandas", command, f"{body}\n\n{_REMARK}")


_REMARK = (
    "The script reads workbooks alone, checks nothing, and its rows are whatever stood below a heading; "
    "the house's are typed, checked, bound to their cells, and include CSV files and chat exports."
)

if __name__ == "__main__":
    main()
