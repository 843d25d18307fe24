"""A wrong rule gives a wrong figure that looks right: every rule with a number is a dbt unit test, run here by dbt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.model.dbt import PROJECT, close_connections, invoke
from pipelines.settings import CHECKOUT, Settings

# Models that only unite, relay or count days: nothing in them could be got wrong by a number.
WITHOUT_RULES = {
    "int_kpi_rows",
    "int_stage__scheme_evidence",
    "dim_municipality",
    "dim_month",
    "dim_municipality_alias",
    "dim_theme",
    "bridge_municipality_bureau",
    "fct_cost_line",
    "fct_event_attendance",
    "fct_survey_answer",
    "fct_wg_attendance",
}


@pytest.fixture(scope="module")
def outcomes(candidate: Settings, manifest: Any) -> dict[str, str]:
    """What dbt said of every unit test: an empty text, or the difference it found."""
    try:
        result = invoke(candidate, ["test", "--select", "test_type:unit"], manifest)
    finally:
        close_connections()
    return {r.node.name: "" if str(r.status) == "pass" else str(r.message) for r in result.results}


def test_every_rule_computes_what_its_unit_test_says(outcomes: dict[str, str]) -> None:
    assert len(outcomes) >= 50
    failed = {name: message for name, message in outcomes.items() if message}
    assert not failed, "\n\n".join(f"{name}\n{message}" for name, message in failed.items())


def test_every_model_with_a_rule_has_a_unit_test(manifest: Any) -> None:
    nodes = [n for n in manifest.nodes.values() if n.resource_type == "model" and n.fqn[1] != "staging"]
    # dbt has no unit tests for Python; that one is tested as Python, in tests/unit/model/effect.
    models = {n.name for n in nodes if n.language == "sql"}
    tested = {test.model for test in manifest.unit_tests.values()}
    assert models - tested == WITHOUT_RULES


def test_unit_tests_are_named_after_the_model_and_its_behaviour(manifest: Any) -> None:
    tests = list(manifest.unit_tests.values())
    assert [t.name for t in tests if not t.name.startswith(f"{t.model}_")] == []
    assert [t.name for t in tests if not t.description] == []


def test_dbt_writes_nothing_into_the_checkout(candidate: Settings, manifest: Any) -> None:
    places = (CHECKOUT, PROJECT)
    before = [sorted(place.iterdir()) for place in places]
    try:
        invoke(candidate, ["compile", "--select", "dim_month"], manifest)
    finally:
        close_connections()
    assert [sorted(place.iterdir()) for place in places] == before
    assert [path for path in PROJECT.iterdir() if "{{" in path.name] == []


def test_the_night_leaves_unit_tests_out(sample_home: Path) -> None:
    recorded = (sample_home / "current" / "control" / "dbt_results.json").read_text(encoding="utf-8")
    assert "unique_grain_mart_kpi" in recorded
    assert "mart_kpi_percent_mean_median_sum" not in recorded
