"""A property: whatever is typed into the files, our SQL and the recomputation read the same figures from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from tests.recomputation.altered import alter, restore, write
from tests.recomputation.catalogue import recomputed
from tests.recomputation.comparison import definitions, differences
from tests.recomputation.figures import Figure
from tests.recomputation.landed import Landed
from tests.unit.model.rebuilding import Marts

EVERY_FIGURE = os.environ.get("KYOSO_EVERY_FIGURE") == "1"


@pytest.fixture(scope="module")
def marts(candidate: Settings, manifest: Any) -> Marts:
    made = Marts(candidate, manifest)
    made.con.execute("create schema untouched")
    names = made.con.execute("select table_name from duckdb_tables() where schema_name = 'whole'").fetchall()
    for (name,) in names:
        made.con.execute(f"create table untouched.{name} as from whole.{name}")
        made.con.execute(f"create or replace view landed.{name} as from whole.{name}")
    return made


def differ(marts: Marts, seed: int, folder: Path) -> list[Any]:
    """Figures on which the two ways part, for one altered programme."""
    catalogue = definitions()
    alter(marts.con, seed)
    marts.rebuild()
    rows = marts.con.execute(
        "select kpi_id, fiscal_year, municipality_code, numerator, denominator, value from mart_kpi"
    ).fetchall()
    published = {(kpi, year, code): Figure(n, d, v) for kpi, year, code, n, d, v in rows}
    ours = recomputed(
        Landed(*write(marts.con, folder)), {kpi_id: row["aggregation"] for kpi_id, row in catalogue.items()}
    )
    return differences(published, ours, catalogue)


@pytest.mark.parametrize("seed", [1, 2])
def test_altered_rows_give_the_recomputed_figures(marts: Marts, seed: int, tmp_path: Path) -> None:
    assert differ(marts, seed, tmp_path) == []


def test_a_stricter_scheme_from_now_on_leaves_past_years_as_they_were(marts: Marts) -> None:
    """What the officer changes in the sheet holds from its day on; the history shows every year under both versions."""
    restore(marts.con)
    marts.con.execute("update control.run set as_of = date '2026-11-20', fiscal_year = 2026")
    stages = (
        "select municipality_code, scheme_version, stage from mart_stage where fiscal_year = {} order by 1"
    )

    def of_year(year: int) -> list[Any]:
        marts.rebuild("stage")
        return marts.con.execute(stages.format(year)).fetchall()

    before = {year: of_year(year) for year in (2023, 2025, 2026)}
    marts.con.execute(
        "update whole.policy__stage_schemes set valid_from = date '2026-11-20', event_count = 99"
        " where scheme_version = 'v2'"
    )
    after = {year: of_year(year) for year in (2023, 2025, 2026)}
    assert [after[year] for year in (2023, 2025)] == [before[year] for year in (2023, 2025)]
    assert {stage for _, _, stage in before[2026]} > {"collaboration", "below"}
    assert {(version, stage) for _, version, stage in after[2026]} == {("v2", "below"), ("v2", None)}
    versions = marts.con.execute(
        "select distinct fiscal_year, scheme_version from mart_stage_history"
    ).fetchall()
    assert {(2023, "v1"), (2023, "v2"), (2025, "v2"), (2026, "v1")} <= set(versions)
    marts.con.execute(
        "update whole.policy__stage_schemes set valid_from = date '2026-11-21' where scheme_version = 'v2'"
    )
    assert of_year(2026) == before[2026]


@pytest.mark.slow
def test_altered_rows_give_the_recomputed_figures_at_length(marts: Marts, tmp_path: Path) -> None:
    wrong = {seed: differ(marts, seed, tmp_path / str(seed)) for seed in range(3, 63 if EVERY_FIGURE else 13)}
    assert {seed: found[:3] for seed, found in wrong.items() if found} == {}
