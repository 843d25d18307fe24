"""Every figure of the release, computed again from the landed rows without our SQL: both must agree."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from tests.recomputation.catalogue import GROUPS, recomputed
from tests.recomputation.comparison import as_published, definitions, differences
from tests.recomputation.figures import Figure, Key
from tests.recomputation.landed import Landed

CATALOGUE = definitions()
AGGREGATIONS = {kpi_id: row["aggregation"] for kpi_id, row in CATALOGUE.items()}


@pytest.fixture(scope="module")
def landed(sample_home: Path) -> Landed:
    return Landed(sample_home / "landed", sample_home / "current" / "control")


@pytest.fixture(scope="module")
def ours(landed: Landed) -> dict[Key, Figure]:
    return recomputed(landed, AGGREGATIONS)


@pytest.fixture(scope="module")
def published(sample_home: Path) -> dict[Key, Figure]:
    return as_published(sample_home / "warehouse.duckdb")


@pytest.mark.parametrize("group", GROUPS)
def test_every_kpi_of_the_catalogue_has_a_recomputation(group: str) -> None:
    """A new KPI needs a second, independent way to its figure."""
    module = inspect.getmodule(GROUPS[group])
    assert module is not None
    written = set(re.findall(r'"(K\d{3})"', inspect.getsource(module)))
    assert written == {kpi_id for kpi_id, row in CATALOGUE.items() if row["kpi_group"] == group}


def test_the_catalogue_has_no_group_without_a_recomputation() -> None:
    assert {row["kpi_group"] for row in CATALOGUE.values()} == set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_the_released_figures_are_the_recomputed_ones(
    group: str, published: dict[Key, Figure], ours: dict[Key, Figure]
) -> None:
    def of_group(figures: dict[Key, Figure]) -> dict[Key, Figure]:
        return {k: f for k, f in figures.items() if CATALOGUE[k[0]]["kpi_group"] == group}

    assert any(figure.value is not None for figure in of_group(ours).values())
    assert differences(of_group(published), of_group(ours), CATALOGUE) == []


def test_one_visit_more_or_less_is_a_difference(
    sample_home: Path, landed: Landed, published: dict[Key, Figure]
) -> None:
    """The comparison notices: without it the tests here could not fail."""
    altered = Landed(sample_home / "landed", sample_home / "current" / "control")
    visits = altered.rows("visit_log__visits")
    position = next(
        n for n, v in enumerate(visits) if v["visit_kind"] == "dispatch" and v["status"] == "delivered"
    )
    code = visits.pop(position)["municipality_code"]
    wrong = {key for key, _, _ in differences(published, recomputed(altered, AGGREGATIONS), CATALOGUE)}
    assert {("K202", 2026, None), ("K202", 2026, code), ("K203", 2026, code)} <= wrong
