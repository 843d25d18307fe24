"""A failed dbt test that the gate does not hear of is a broken key in a published table."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.model.dbt import DbtNode, DbtResult
from pipelines.quality.dbt_results import from_dbt


def _outcome(
    status: str, *, kind: str = "test", failures: int | None = 0, message: str = "", **meta: object
) -> DbtResult:
    about = "model.kyoso.mart_kpi" if kind == "test" else ""
    node = DbtNode(f"{kind}.kyoso.unique_mart_kpi", "unique_mart_kpi", kind, "", meta, about)
    return DbtResult(node, status, failures, message, 0.1)


@pytest.mark.parametrize(
    ("status", "state", "severity", "closes"),
    [
        ("pass", "passed", "error", False),
        ("fail", "failed", "error", True),
        ("error", "failed", "error", True),
        ("skipped", "failed", "error", True),
        ("warn", "failed", "warning", False),
    ],
)
def test_only_what_dbt_calls_an_error_or_left_out_closes_the_gate(
    status: str, state: str, severity: str, closes: bool
) -> None:
    (result,) = from_dbt([_outcome(status, failures=2 if status in ("fail", "warn") else None)])
    assert (result.state, result.severity, result.closes) == (state, severity, closes)


def test_a_failed_test_says_which_table_how_many_rows_and_what_to_do() -> None:
    (result,) = from_dbt([_outcome("fail", failures=3)])
    assert (result.table, result.observed, result.origin) == ("mart_kpi", "3行が該当", "dbt")
    assert "unique_mart_kpi" in result.title
    assert result.why.endswith("ため。")
    assert "ください" in result.what_to_do


def test_a_test_may_bring_its_own_words() -> None:
    (result,) = from_dbt([_outcome("fail", title_ja="題", why_ja="訳", what_to_do_ja="直してください。")])
    assert (result.title, result.why, result.what_to_do) == ("題", "訳", "直してください。")


def test_a_model_speaks_only_when_it_was_not_built() -> None:
    assert from_dbt([_outcome("success", kind="model")]) == []
    (result,) = from_dbt(
        [_outcome("error", kind="model", message="\nRuntime Error in x\n  Binder Error: y\nmore")]
    )
    assert result.closes
    assert result.title == "表 unique_mart_kpi を作れませんでした"
    assert result.observed == "Runtime Error in x Binder Error: y"


_PROJECT = {
    "dbt_project.yml": "{name: tiny, version: 1.0.0, profile: tiny, flags: {send_anonymous_usage_stats: false}}",
    "profiles.yml": "{tiny: {target: t, outputs: {t: {type: duckdb, path: tiny.duckdb}}}}",
    "models/mart_kpi.sql": "select 1 as a union all select 1",
    "models/broken.sql": "select * from nowhere",
    "models/schema.yml": """
models:
  - name: mart_kpi
    columns:
      - name: a
        data_tests:
          - unique: {config: {meta: {title_ja: 番号が重ならない}}}
          - not_null
          - accepted_values: {arguments: {values: [2]}, config: {severity: warn}}
""",
}


@pytest.mark.slow
def test_what_dbt_itself_reports_reaches_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.cli.main import dbtRunner

    from pipelines.model.dbt import close_connections, plain

    for name, text in _PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-version-check"]
    places = ["--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)]
    try:
        outcome = dbtRunner().invoke(["build", *quiet, *places])
    finally:
        close_connections()
    assert outcome.exception is None, outcome.exception
    found = {result.id.split("__")[0]: result for result in from_dbt(map(plain, outcome.result.results))}
    assert {name: (r.state, r.severity, r.observed) for name, r in found.items() if name != "broken"} == {
        "unique_mart_kpi_a": ("failed", "error", "1行が該当"),
        "not_null_mart_kpi_a": ("passed", "error", ""),
        "accepted_values_mart_kpi_a": ("failed", "warning", "1行が該当"),
    }
    assert found["unique_mart_kpi_a"].title == "番号が重ならない"
    assert {r.table for name, r in found.items() if name != "broken"} == {"mart_kpi"}
    assert found["broken"].closes
    assert "nowhere" in found["broken"].observed
