"""Evidence is complete and sufficient. If it is not, a figure rests on rows that nobody can look at."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.settings import Settings
from tests.unit.model.rebuilding import Marts, Value

NEWEST = 2026
# A stage rests on hundreds of rows: every eighth municipality's here, every one with `make evidence`.
STEPS = {"stage": 8, "community": 2, "other": 2}
EVERY_FIGURE = os.environ.get("KYOSO_EVERY_FIGURE") == "1"


@pytest.fixture(scope="module")
def marts(candidate: Settings, manifest: Any) -> Marts:
    return Marts(candidate, manifest)


def recomputed_wrongly(marts: Marts, values: list[Value]) -> list[tuple[object, ...]]:
    """Figures that their evidence rows alone, one figure at a time, do not give again."""
    wrong: list[tuple[object, ...]] = []
    for value in values:
        marts.keep(marts.evidence[value])
        found = marts.rebuild(marts.groups[value[0]]).get(value)
        if found != marts.released[value]:
            wrong.append((value, marts.released[value], found))
    return wrong


def test_all_landed_rows_give_the_released_figures(marts: Marts) -> None:
    """Otherwise the tests below would speak of other models than the night ran."""
    marts.keep(marts.rows)
    assert marts.rebuild() == marts.released
    marts.keep([])
    assert {k for k, (_, _, v) in marts.rebuild().items() if v} == set()


def test_the_evidence_of_a_group_alone_gives_the_prefectures_newest_figures(marts: Marts) -> None:
    newest = {kpi: year for kpi, year, code in sorted(marts.released, key=str) if code is None}
    by_group = defaultdict(list)
    for kpi, year in newest.items():
        by_group[marts.groups[kpi]].append((kpi, year, None))
    assert by_group.keys() == set(marts.groups.values())
    for group, values in by_group.items():
        marts.keep(set().union(*(marts.evidence[value] for value in values)))
        found = marts.rebuild(group)
        assert {v: found.get(v) for v in values} == {v: marts.released[v] for v in values}, group


def test_a_row_of_evidence_taken_away_is_missed(marts: Marts) -> None:
    """The recomputation notices: without it the tests here could not fail."""
    value = ("K203", NEWEST, None)
    for row in sorted(marts.evidence[value])[:3]:
        marts.keep(marts.evidence[value] - {row})
        assert marts.rebuild("dispatch").get(value) != marts.released[value]


@pytest.mark.slow
@pytest.mark.parametrize("group", ["dispatch", "stage", "community", "other"])
def test_every_figure_is_recomputed_from_its_own_evidence_alone(marts: Marts, group: str) -> None:
    named = {"dispatch", "stage", "community"}
    values = [
        value
        for value in sorted(marts.released, key=str)
        if marts.groups[value[0]] == group or (group == "other" and marts.groups[value[0]] not in named)
    ]
    assert len(values) > 100
    step = 1 if EVERY_FIGURE else STEPS.get(group, 1)
    values = [value for n, value in enumerate(values) if value[2] is None or n % step == 0]
    assert recomputed_wrongly(marts, values) == []


def rows_removed(marts: Marts, removed: set[int]) -> None:
    gone = {marts.rows[number % len(marts.rows)] for number in removed}
    marts.keep(row for row in marts.rows if row not in gone)
    found = marts.rebuild()
    untouched = [value for value in marts.released if not marts.evidence[value] & gone]
    assert {v: found.get(v) for v in untouched} == {v: marts.released[v] for v in untouched}


def test_rows_that_are_no_evidence_change_nothing(marts: Marts) -> None:
    numbers = st.integers(0, len(marts.rows) - 1)

    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sets(numbers, min_size=1, max_size=300))
    def check(removed: set[int]) -> None:
        rows_removed(marts, removed)

    check()


@pytest.mark.slow
def test_rows_that_are_no_evidence_change_nothing_at_length(marts: Marts) -> None:
    numbers = st.integers(0, len(marts.rows) - 1)

    @settings(max_examples=60 if EVERY_FIGURE else 12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sets(numbers, min_size=1, max_size=2_000))
    def check(removed: set[int]) -> None:
        rows_removed(marts, removed)

    check()


def test_the_municipalities_evidence_is_the_prefectures(released: duckdb.DuckDBPyConnection) -> None:
    """For KPIs with municipalities' rows: nothing is the prefecture's alone, nothing is lost on the way up."""
    cells = "kpi_id, fiscal_year, role, file_id, sheet, row, field from mart_kpi_evidence"
    with_rows = "kpi_id in (select kpi_id from kpi_definitions where has_municipality_rows = 1)"
    for one, other in (("is null", "is not null"), ("is not null", "is null")):
        query = f"select distinct {cells} where municipality_code {{}} and {with_rows}"
        found = released.execute(f"{query.format(one)} except {query.format(other)}").fetchall()
        assert found == []


def test_contributions_of_additive_kpis_add_up(released: duckdb.DuckDBPyConnection) -> None:
    rows = released.execute("""
        select kpi_id, fiscal_year, sum(value) filter (where municipality_code is null) as whole,
            sum(value) filter (where municipality_code is not null) as parts
        from mart_kpi inner join kpi_definitions using (kpi_id)
        where aggregation = 'sum' and has_municipality_rows = 1
        group by all having whole is not null
    """).fetchall()
    assert len(rows) > 40
    assert [row for row in rows if row[2] != row[3]] == []


def test_a_zero_names_the_population_examined(released: duckdb.DuckDBPyConnection) -> None:
    zeros = released.execute("""
        select kpi_id, count(*), count(*) filter (where exists (
            select 1 from mart_kpi_evidence e
            where e.kpi_id = k.kpi_id and e.fiscal_year = k.fiscal_year and e.role = 'population'
                and e.municipality_code is not distinct from k.municipality_code
        ))
        from mart_kpi k where value = 0 group by all
    """).fetchall()
    assert len(zeros) > 10
    assert [(kpi_id, n - named) for kpi_id, n, named in zeros if n != named] == []
