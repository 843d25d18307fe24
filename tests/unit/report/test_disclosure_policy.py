"""Which figures rest on people's answers is told by the definitions and the contracts; how many must answer, by policy."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.quality.suite import open_candidate
from pipelines.report.disclosure.cells import cells_of, questions_of, respondent_kpis
from pipelines.report.disclosure.policy import Policy, policy_in_force
from pipelines.settings import CHECKOUT

TODAY = date(2026, 11, 20)


@pytest.fixture
def parameters() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create table stg_policy__parameters (name varchar, value decimal(18,4), valid_from date)")
    return con


def test_without_received_values_the_defaults_hold(parameters: duckdb.DuckDBPyConnection) -> None:
    assert policy_in_force(parameters, TODAY, is_public=True) == Policy(True, 10, 3)
    assert policy_in_force(parameters, TODAY, is_public=False) == Policy(False, 5, 1)
    assert policy_in_force(duckdb.connect(), TODAY, is_public=True) == Policy(True, 10, 3)


def test_the_newest_received_value_in_force_holds_and_each_kind_of_reader_has_its_own(
    parameters: duckdb.DuckDBPyConnection,
) -> None:
    parameters.execute(
        "insert into stg_policy__parameters values ('disclosure_minimum_public', 20, '2026-04-01'), "
        "('disclosure_minimum_public', 12.5, '2026-10-01'), ('disclosure_minimum_public', 30, '2026-12-01'), "
        "('disclosure_minimum_answer_public', 4, '2026-04-01')"
    )
    assert policy_in_force(parameters, TODAY, is_public=True) == Policy(True, 13, 4)
    assert policy_in_force(parameters, TODAY, is_public=False) == Policy(False, 5, 1)


def test_every_kpi_read_from_respondent_level_fields_is_declared(release: Path) -> None:
    """Answers of organisations are declared as such (K607); whatever is declared nowhere counts as people's."""
    with open_candidate(release / "warehouse.duckdb", release / "control") as con:
        declared = dict(con.execute("select kpi_id, answered_by from kpi_definitions").fetchall())
        people = {kpi_id for kpi_id, by in declared.items() if by == "respondents"}
        assert people == {f"K60{n}" for n in range(1, 7)}
        # A stage counts what people can do unaided among its corroboration: it is the municipality's all the same,
        # and would disappear from every document with the first answer that corroborates one.
        stages = {"K101", "K104", "K107", "K112"}
        assert {kpi_id for kpi_id, by in declared.items() if by == "municipality"} == stages | {"K607"}
        asked = questions_of(con)
        assert respondent_kpis(con, asked) == people
        # K607 has values in the sample; it is an organisation's statement and no cell.
        assert not cells_of(con, respondent_kpis(con, asked), (2025, 2026))


def test_a_kpi_that_nobody_declared_is_taken_for_people_s_answers_and_not_shown(
    release: Path, tmp_path: Path
) -> None:
    shutil.copyfile(release / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("update kpi_definitions set answered_by = null where kpi_id = 'K607'")
    with open_candidate(tmp_path / "warehouse.duckdb", release / "control") as con:
        asked = questions_of(con)
        assert "K607" in respondent_kpis(con, asked)
        cells = cells_of(con, respondent_kpis(con, asked), (2025, 2026))
    assert cells
    assert all(cell.respondents is None for cell in cells.values())


def test_no_part_of_the_report_reads_single_answers() -> None:
    """Tables with a schema before their name are not behind the curtain."""
    asks = re.compile(r"(?:from|join)\s+\S*(?:stg_survey|int_transfer|int_kpi_rows)")
    assert asks.search("select * from staging.stg_survey__needs")
    for path in sorted((CHECKOUT / "pipelines" / "report").rglob("*.py")):
        assert not asks.search(path.read_text(encoding="utf-8")), path
