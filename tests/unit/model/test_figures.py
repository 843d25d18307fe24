"""Figures the assembly will read, computed a second time from the landed rows without our SQL: both must agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

import duckdb
import pytest

from tests.conftest import AS_OF
from tests.unit.model import landed_rows
from tests.unit.model.landed_rows import Landed

Figure = Callable[[str, int], tuple[Decimal | None, Decimal | None, Decimal | None]]


@pytest.fixture(scope="module")
def landed(sample_home: Path) -> Landed:
    return Landed(sample_home, AS_OF)


@pytest.fixture(scope="module")
def figure(released: duckdb.DuckDBPyConnection) -> Figure:
    def of(kpi_id: str, year: int) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        row = released.execute(
            "select numerator, denominator, value from mart_kpi"
            " where kpi_id = ? and fiscal_year = ? and municipality_code is null",
            [kpi_id, year],
        ).fetchone()
        assert row is not None
        return row

    return of


@pytest.mark.parametrize("year", [2023, 2025, 2026])
def test_bodies_at_collaboration_or_above(landed: Landed, figure: Figure, year: int) -> None:
    events = landed_rows.collaboration_events(landed, year)
    reached, assessed = landed_rows.collaborating(landed, year, events)
    assert figure("K101", year) == (reached, assessed, reached)


def test_utilisation_and_share_on_site(landed: Landed, figure: Figure) -> None:
    due, modes = landed_rows.planned_and_delivered(landed, 2026)
    on_site = modes.count("on_site")
    assert figure("K203", 2026) == (len(modes), due, round(Decimal(100 * len(modes)) / due, 4))
    assert figure("K205", 2026) == (on_site, len(modes), round(Decimal(100 * on_site) / len(modes), 4))


@pytest.mark.parametrize("year", [2025, 2026])
def test_wgs_with_a_concrete_outcome(landed: Landed, figure: Figure, year: int) -> None:
    concrete, listed = landed_rows.concrete_wgs(landed, year)
    assert figure("K303", year) == (concrete, listed, concrete)


@pytest.mark.parametrize("year", [2025, 2026])
def test_savings_of_each_class_of_evidence(landed: Landed, figure: Figure, year: int) -> None:
    saved = landed_rows.savings(landed, year)
    published = {
        kind: figure(kpi_id, year)[2]
        for kpi_id, kind in (("K308", "measured"), ("K309", "self_reported"), ("K310", "estimated"))
    }
    assert {kind: value for kind, value in published.items() if value is not None} == saved


@pytest.mark.parametrize("year", [2025, 2026])
def test_replies_across_municipalities_and_time_to_the_first_answer(
    landed: Landed, figure: Figure, year: int
) -> None:
    crossing, waits = landed_rows.conversations(landed, year)
    assert figure("K504", year)[2] == crossing
    _, answered, hours = figure("K505", year)
    assert answered == len(waits)
    assert hours is not None
    assert float(hours) == pytest.approx(median(waits) / 60, abs=1e-4)


def test_working_minutes_pause_over_nights_and_holidays() -> None:
    friday, monday = datetime(2026, 10, 30, 17, 0), datetime(2026, 11, 2, 8, 45)
    assert landed_rows.working_minutes(friday, monday) == 15 + 15
    assert landed_rows.working_minutes(datetime(2026, 11, 3, 9, 0), datetime(2026, 11, 3, 16, 0)) == 0
