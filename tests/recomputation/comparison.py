"""Where the published figures and the recomputed ones differ."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.settings import CHECKOUT
from tests.recomputation.catalogue import NOTHING
from tests.recomputation.figures import Figure, Key

# The hours of each first answer are kept with four decimals, so their median may be off in the last one.
_MEDIAN_TOLERANCE = Decimal("0.0001")


def definitions() -> dict[str, dict[str, str]]:
    """The catalogue as the prefecture reads it, by KPI id."""
    path = CHECKOUT / "dbt_project" / "seeds" / "kpi_definitions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["kpi_id"]: row for row in csv.DictReader(file)}


def as_published(warehouse: Path) -> dict[Key, Figure]:
    """Every line of `mart_kpi`."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            "select kpi_id, fiscal_year, municipality_code, numerator, denominator, value from mart_kpi"
        ).fetchall()
    return {(kpi, year, code): Figure(n, d, v) for kpi, year, code, n, d, v in rows}


def differences(
    published: dict[Key, Figure], recomputed: dict[Key, Figure], catalogue: dict[str, dict[str, str]]
) -> list[tuple[Key, Figure, Figure]]:
    """Figures that are not the same, published first. A line that is not published must have no value."""
    found = []
    for key in sorted(published.keys() | recomputed.keys(), key=str):
        kpi_id, _, code = key
        if code is not None and catalogue[kpi_id]["has_municipality_rows"] == "0":
            continue
        ours, theirs = recomputed.get(key, NOTHING), published.get(key, NOTHING)
        is_same = ours == theirs if key in published else ours.value is None
        if (
            catalogue[kpi_id]["aggregation"] == "median"
            and ours.value is not None
            and theirs.value is not None
        ):
            is_same = (
                ours.denominator == theirs.denominator and abs(ours.value - theirs.value) <= _MEDIAN_TOLERANCE
            )
        if not is_same:
            found.append((key, theirs, ours))
    return found
