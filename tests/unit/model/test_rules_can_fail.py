"""A unit test that cannot fail protects nothing: every rule is broken once, and its model's unit tests must notice."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.model import dbt
from pipelines.settings import Settings
from tests.unit.model.conftest import as_candidate
from tests.unit.model.rule_mutations import rounds

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the dbt project to break."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt.PROJECT, copy)
    monkeypatch.setattr(dbt, "PROJECT", copy)
    return copy


@pytest.mark.parametrize("together", rounds(), ids=lambda r: f"{len(r)} rules")
def test_a_broken_rule_fails_a_unit_test_of_its_model(
    together: list[tuple[str, str, str]], candidate: Settings, project: Path
) -> None:
    for model, old, new in together:
        (path,) = (project / "models").rglob(f"{model}.sql")
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{model} no longer says: {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    selection = [f"test_type:unit,{model}_*" for model, _, _ in together]
    try:
        results = dbt.invoke(candidate, ["test", "--select", *selection]).results
    finally:
        dbt.close_connections()
    noticed = {r.node.name for r in results if str(r.status) != "pass"}
    unnoticed = [
        (m, new or old) for m, old, new in together if not any(n.startswith(f"{m}_") for n in noticed)
    ]
    assert unnoticed == []


@pytest.mark.parametrize(
    ("broken", "claim"),
    [
        (
            "delete from mart_kpi_evidence where kpi_id = 'K205' and municipality_code is not null",
            "assert_kpi_values_have_evidence",
        ),
        (
            "update mart_kpi set value = value + 1 where kpi_id = 'K202' and municipality_code is null",
            "assert_kpi_municipalities_add_up_to_the_prefecture",
        ),
        ("delete from mart_kpi where kpi_id = 'K205'", "assert_kpi_figures_are_the_sum_of_their_rows"),
        ("insert into mart_stage select * from mart_stage limit 1", "unique_grain_mart_stage"),
        (
            "update mart_kpi set municipality_code = '999999' where municipality_code = '302015'",
            "relationships_mart_kpi",
        ),
    ],
)
def test_a_broken_table_fails_the_data_test_of_its_claim(
    broken: str, claim: str, sample_home: Path, tmp_path: Path
) -> None:
    settings = as_candidate(sample_home, tmp_path / "home")
    with duckdb.connect(str(settings.candidate / "warehouse.duckdb")) as con:
        con.execute(broken)
    try:
        results = dbt.invoke(settings, ["test", "--select", "test_type:data"]).results
    finally:
        dbt.close_connections()
    failed = {r.node.name for r in results if str(r.status) == "fail"}
    assert any(name.startswith(claim) for name in failed), failed
