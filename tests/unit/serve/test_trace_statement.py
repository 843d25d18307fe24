"""From a verdict to its cells. A verdict nobody can walk back from is an opinion."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.serve.trace import Question, trace
from pipelines.serve.trace_open import SAME, open_cells
from pipelines.serve.trace_statement import Statement, statement
from pipelines.settings import Settings


@pytest.fixture
def released(sample_settings: Settings) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(sample_settings.warehouse), read_only=True)


def test_an_analysis_leads_to_its_plan_and_to_every_answer_that_entered(
    sample_settings: Settings, released: duckdb.DuckDBPyConnection
) -> None:
    traced = trace(sample_settings, Question("A3"))
    assert isinstance(traced.figure, Statement)
    (row,) = released.execute(
        "select estimate, unit_count, reading_ja, plan_hash from mart_effect where analysis_id = 'A3'"
    ).fetchall()
    said = "".join(traced.figure.lines)
    assert row[2] in said
    assert f"{row[0].normalize():f}" in said
    assert {cell.file_id for cell in traced.cells if cell.role == "plan"} == {row[3]}
    wanted = dict(
        released.execute(
            "select role, count(*) from mart_effect_evidence where analysis_id = 'A3' group by 1"
        ).fetchall()
    )
    assert traced.counts == wanted
    for role in ("baseline", "outcome"):
        cells = [cell for cell in traced.cells if cell.role == role]
        assert len(cells) == wanted[role]
        assert {cell.field for cell in cells} == {"score"}
        assert len({cell.path for cell in cells}) == row[1], "one form of each municipality"
        assert all(cell.cell and cell.text for cell in cells)


def test_the_cells_of_an_analysis_hold_in_the_archived_files_what_entered(sample_settings: Settings) -> None:
    cells = trace(sample_settings, Question("E8-01/A3", "海南市")).cells
    assert {cell.role for cell in cells} == {"plan", "baseline", "outcome"}
    assert all("海南市" in cell.path for cell in cells if cell.role != "plan")
    opened = open_cells(sample_settings, cells)
    assert {seen.result for seen in opened.values()} == {SAME}
    assert [seen.text for seen in opened.values()] == [cell.text for cell in cells]


@pytest.mark.parametrize("typed", ["a3", "E8-01/A3", "e8-01 a3", " A3 "])
def test_an_analysis_is_found_however_its_number_is_typed(sample_settings: Settings, typed: str) -> None:
    assert trace(sample_settings, Question(typed), limit=1).subject_id == "E8-01/A3"


def test_two_plans_with_an_analysis_of_one_number_must_be_told_apart() -> None:
    with duckdb.connect() as con:
        con.execute(
            "create table mart_effect as select * from (values (2026, 'E8-01', 'A1'), (2026, 'E8-02', 'A1'))"
            " as t (fiscal_year, plan_id, analysis_id)"
        )
        with pytest.raises(KyosoError, match="2つの計画") as caught:
            statement(con, "A1", 2026, None)
    assert caught.value.exit_code == 2
    assert "E8-01/A1" in caught.value.todo


def test_a_criterion_leads_to_its_policy_cells_and_names_the_figure_it_judged(
    sample_settings: Settings, released: duckdb.DuckDBPyConnection
) -> None:
    criteria = released.execute(
        "select criterion_id, kpi_id, plan_id || '/' || analysis_id, reason_ja, is_default from mart_decision"
        " where fiscal_year = 2026"
    ).fetchall()
    assert criteria
    for criterion_id, kpi_id, analysis, reason, is_default in criteria:
        traced = trace(sample_settings, Question(criterion_id))
        assert isinstance(traced.figure, Statement)
        said = "".join(traced.figure.lines)
        assert reason in said
        assert f"kyoso trace {kpi_id or analysis}" in said
        assert bool(traced.cells) != is_default
        assert {cell.source for cell in traced.cells} <= {"policy"}


def test_a_release_without_these_marts_has_no_statement() -> None:
    with duckdb.connect() as con:
        assert statement(con, "A1", 2026, None) is None
