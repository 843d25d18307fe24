"""Dagster's map is what an operator and a newcomer read first. An asset that hangs in the air, a check
that went missing or a schedule at another hour would mislead them, and a map that does not load is none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.assets.places import RELEASE, VERDICT
from pipelines.definitions import JOB, build_definitions
from pipelines.errors import KyosoError
from pipelines.ingest.contracts import load_contracts
from pipelines.model.dbt import project
from pipelines.night import Night
from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.quality.verdict import Offender, Result, Verdict
from pipelines.report.render import DOCUMENTS
from pipelines.settings import CHECKOUT, Settings
from tests.conftest import AS_OF, SAMPLE
from tests.unit.quality.test_expectations import JAPANESE

MODELS = CHECKOUT / "dbt_project" / "models"
FLOW = ["1_raw", "2_landed", "3_staging", "4_intermediate", "5_marts", "6_gate", "7_report", "8_release"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(SAMPLE, tmp_path_factory.mktemp("map"), 2026, AS_OF)


@pytest.fixture(scope="module")
def manifest(settings: Settings) -> Any:
    return project(settings)


@pytest.fixture(scope="module")
def house(settings: Settings, manifest: Any) -> dg.Definitions:
    return build_definitions(settings, manifest, is_fixed=True)


@pytest.fixture(scope="module")
def graph(house: dg.Definitions) -> Any:
    return house.resolve_asset_graph()


def test_workers_add_a_run_a_prefecture_and_leave_the_night_as_it_is(
    settings: Settings, manifest: Any, house: dg.Definitions
) -> None:
    with_workers = build_definitions(replace(settings, workers=2), manifest, is_fixed=True)
    dg.Definitions.validate_loadable(with_workers)
    night, same = (d.resolve_job_def(JOB) for d in (house, with_workers))
    assert same.partitions_def is None
    assert set(same.asset_layer.executable_asset_keys) == set(night.asset_layer.executable_asset_keys)
    landing = with_workers.resolve_job_def("land_by_prefecture")
    assert {key.to_user_string() for key in landing.asset_layer.executable_asset_keys} == {
        "landed/by_prefecture"
    }
    (schedule,) = (s for s in with_workers.schedules or () if s.name == "before_every_night")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 1 * * *", "Asia/Tokyo")  # type: ignore[union-attr]


def _group(graph: Any, key: dg.AssetKey) -> str:
    return str(graph.get(key).group_name)


def test_every_room_of_the_house_is_on_the_map(graph: Any) -> None:
    found: dict[str, set[str]] = {}
    for node in graph.asset_nodes:
        found.setdefault(node.group_name, set()).add(node.key.to_user_string())
    sources = set(load_contracts())
    stems = {
        room: {p.stem for p in (MODELS / room).rglob("*.*") if p.suffix in (".sql", ".py")}
        for room in ("staging", "intermediate", "marts")
    }
    seeds = {p.stem for p in (CHECKOUT / "dbt_project" / "seeds").glob("*.csv")}
    assert found == {
        "1_raw": {f"raw/{s}" for s in sources},
        "2_landed": {f"landed/{s}" for s in sources | {"control"}},
        "3_staging": {f"staging/{m}" for m in stems["staging"]} | {f"seeds/{m}" for m in seeds},
        "4_intermediate": {f"intermediate/{m}" for m in stems["intermediate"]},
        "5_marts": {f"marts/{m}" for m in stems["marts"]},
        "6_gate": {"gate/verdict"},
        "7_report": {f"report/{d.key}" for d in DOCUMENTS},
        "8_release": {"release/current"},
    }


def test_every_asset_says_in_japanese_what_it_is(graph: Any) -> None:
    silent = [n.key.to_user_string() for n in graph.asset_nodes if not JAPANESE.search(n.description or "")]
    assert silent == []


def test_the_flow_only_runs_forward_and_reaches_the_release_from_every_asset(graph: Any) -> None:
    edges = {(_group(graph, parent), n.group_name) for n in graph.asset_nodes for parent in n.parent_keys}
    backward = {(one, other) for one, other in edges if FLOW.index(one) > FLOW.index(other)}
    # The rows behind the KPIs are gathered from marts, and become marts again.
    assert backward <= {("5_marts", "4_intermediate")}
    assert set(pairwise(FLOW)) <= edges
    reached = {RELEASE}
    waiting = [RELEASE]
    while waiting:
        new = set(graph.get(waiting.pop()).parent_keys) - reached
        reached |= new
        waiting += new
    marts = {n.key for n in graph.asset_nodes if n.group_name == "5_marts"}
    assert marts <= set(graph.get(VERDICT).parent_keys)
    # A model nobody uses yet may end nowhere, but nothing received may.
    assert {n.key for n in graph.asset_nodes if n.group_name in ("1_raw", "2_landed")} <= reached


def test_every_check_stands_on_its_asset(graph: Any, manifest: Any) -> None:
    checks = graph.asset_check_keys
    of_gate = {key.name for key in checks if key.asset_key == VERDICT}
    assert of_gate == {e.id.replace("-", "_") for e in ALL_EXPECTATIONS}
    reconciled = {key.asset_key.path[1] for key in checks if key.name == "reconciliation"}
    assert reconciled == set(load_contracts())
    of_dbt = {
        key.name for key in checks if key.asset_key.path[0] in ("staging", "intermediate", "marts", "seeds")
    }
    on_a_model = {n["name"] for n in manifest["nodes"].values() if n.get("attached_node")}
    assert on_a_model == of_dbt & on_a_model != set()


def test_the_night_is_one_job_over_everything_at_two_in_the_morning_in_japan(house: dg.Definitions) -> None:
    job = house.resolve_job_def(JOB)
    assert {n.name for n in job.nodes} == {"receive", "land", "models", "judge", "render", "release__current"}
    schedule = house.resolve_schedule_def("every_night")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Tokyo")
    assert schedule.job_name == JOB
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert JAPANESE.search(job.description or "")
    assert JAPANESE.search(schedule.description or "")


class _StandIn:
    """A night that only answers what the asset under test asks."""

    def __init__(self, verdict: Verdict | None = None) -> None:
        self.verdict = verdict

    def judge(self) -> Verdict:
        assert self.verdict is not None
        return self.verdict

    def render(self) -> list[Path]:
        raise KyosoError("検査に合格した行ではないため、報告書を作りません。", todo="やり直してください。")


def _closed(expectation_id: str) -> Verdict:
    results = tuple(
        Result(
            e.id, "gx", e.table, e.title_ja, e.why_ja, e.what_to_do_ja, e.severity, "passed", 30, "30件を確認"
        )
        for e in ALL_EXPECTATIONS
    )
    failed = {
        "state": "failed", "observed": "30件のうち1件が該当", "offenders": (Offender("302015", "和歌山市", "0"),),
    }  # fmt: skip
    return Verdict(
        False,
        AS_OF,
        2026,
        True,
        tuple(replace(r, **failed) if r.id == expectation_id else r for r in results),
    )


def _materialise(house: dg.Definitions, monkeypatch: pytest.MonkeyPatch, night: _StandIn, group: str) -> Any:
    monkeypatch.setattr(Night, "of", lambda settings: night)
    job = house.resolve_implicit_global_asset_job_def()
    keys = [n.key for n in house.resolve_asset_graph().asset_nodes if n.group_name == group]
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance, asset_selection=keys, raise_on_error=False)


def test_a_closed_gate_fails_the_run_with_its_reasons_and_marks_the_check(
    house: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _materialise(house, monkeypatch, _StandIn(_closed("Q-STAGE-01")), "6_gate")
    assert not ran.success
    (failure,) = [e for e in ran.all_events if e.is_step_failure]
    reason = failure.step_failure_data.user_failure_data.description
    assert reason.startswith("検査を通らなかったため、公開しません。")
    assert "Q-STAGE-01 全団体に、対象年度の段階の行が1つずつある: 30件のうち1件が該当" in reason
    assert "評価票" in reason, "what to do"
    evaluations = {c.check_name: c for c in ran.get_asset_check_evaluations()}
    assert len(evaluations) == len(ALL_EXPECTATIONS)
    assert [name for name, c in evaluations.items() if not c.passed] == ["Q_STAGE_01"]
    assert evaluations["Q_STAGE_01"].metadata["該当"].value == "和歌山市(0)"


def test_refused_documents_fail_the_run_in_japanese(
    house: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _materialise(house, monkeypatch, _StandIn(), "7_report")
    (failure,) = [e for e in ran.all_events if e.is_step_failure]
    assert "検査に合格した行ではないため、報告書を作りません。" in failure.step_failure_data.error.to_string()


@pytest.mark.slow
def test_dagsters_own_tools_load_the_map_as_an_operator_would(tmp_path: Path) -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-m", "pipelines.definitions"],
        cwd=CHECKOUT,
        env=os.environ | {"KYOSO_HOME": str(tmp_path), "DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Validation successful" in ran.stdout + ran.stderr
