"""The rows of the sample in force, by dataset and fiscal year, stand in a committed table: none comes or goes unseen.

After a change of the sample:
    KYOSO_REWRITE_ROW_COUNTS=1 .venv/bin/python -m pytest tests/recomputation/test_row_counts.py
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pandas as pd

from tests.recomputation.landed import Landed, Record, year_of
from tests.recomputation.transfer import dispatch_year

TABLE = Path(__file__).with_name("sample_row_counts.csv")
_COLUMNS = ["source", "dataset", "fiscal_year", "row_count"]
_YEAR_FIELDS = ("fiscal_year", "statistics_year")
_DATE_FIELDS = ("visit_date", "posted_at", "answered_date", "assessed_date", "awarded_date", "utc_date")
Line = tuple[str, str, str, int]


def year_spoken_of(dataset: str, row: Record) -> int:
    """The fiscal year a row is about; of policy the one it was received in."""
    if dataset == "survey__transfer_answers":
        return dispatch_year(row)
    for field in _YEAR_FIELDS:
        if row.get(field) is not None:
            return int(row[field])
    days = (row[field] for field in _DATE_FIELDS if row.get(field) is not None)
    return year_of(next(days, row["received_date"]))


def counted(landed: Landed, control: Path) -> list[Line]:
    """Rows in force as sent, a repetition by a later export counted once; a dataset without rows has a line too."""
    lines: list[Line] = []
    for dataset in sorted(pd.read_parquet(control / "datasets.parquet")["dataset"]):
        source = dataset.split("__")[0]
        years = Counter(year_spoken_of(dataset, row) for row in landed.rows(dataset))
        lines += [(source, dataset, str(year), n) for year, n in sorted(years.items())]
        lines += [] if years else [(source, dataset, "", 0)]
    return lines


def test_the_sample_has_the_rows_it_had(sample_home: Path) -> None:
    control = sample_home / "current" / "control"
    found = counted(Landed(sample_home / "landed", control), control)
    if os.environ.get("KYOSO_REWRITE_ROW_COUNTS") == "1":
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([_COLUMNS, *found])
    with TABLE.open(encoding="utf-8", newline="") as file:
        committed = [
            (r["source"], r["dataset"], r["fiscal_year"], int(r["row_count"])) for r in csv.DictReader(file)
        ]
    assert found == committed, f"{__doc__}"
