"""The gate is the last thing between a wrong figure and the assembly: it must close on any one
failed check, say which and why, and open on a good night.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.quality.gate import LEDGER_ID, judge
from pipelines.quality.verdict import Result, Severity, Verdict
from pipelines.quality.waivers import WAIVER_ID
from pipelines.settings import CHECKOUT
from tests.unit.quality.conftest import AS_OF, Break
from tests.unit.quality.mutations import MUTATIONS

GOOD = Result("Q-X-01", "gx", "mart_kpi", "題", "ため。", "ください。", "error", "passed")


@pytest.fixture(scope="module")
def verdict(candidate: tuple[Path, Path]) -> Verdict:
    return judge(*candidate)


def test_a_good_night_opens_the_gate_with_every_check_on_record(verdict: Verdict) -> None:
    assert verdict.is_open
    assert {r.id for r in verdict.results} == {e.id for e in ALL_EXPECTATIONS} | {LEDGER_ID, WAIVER_ID}
    assert {r.state for r in verdict.results} == {"passed"}
    assert (verdict.as_of, verdict.fiscal_year, verdict.is_sample) == (AS_OF, 2026, True)


def test_a_good_night_leaves_no_expectation_without_rows_to_judge(verdict: Verdict) -> None:
    # Q-DQ-04 speaks of sources with ten files or more, of which this small candidate has none.
    assert [r.id for r in verdict.results if r.origin == "gx" and r.judged_rows == 0] == ["Q-DQ-04"]


def test_the_closed_gate_names_every_broken_figure_at_once(broken: Break) -> None:
    identities = ["Q-PROC-04", "Q-EVID-01", "Q-COMM-01"]
    verdict = judge(*broken(*(MUTATIONS[identity].sql for identity in identities)))
    assert not verdict.is_open
    assert [reason.id for reason in verdict.reasons] == sorted(identities)


def test_an_empty_warehouse_closes_the_gate_in_words(tmp_path: Path, candidate: tuple[Path, Path]) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()
    verdict = judge(warehouse, candidate[1])
    assert not verdict.is_open
    assert len(verdict.reasons) == len(ALL_EXPECTATIONS)
    assert all(reason.observed.startswith("表がありません") for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("severity", "is_open"), [("error", False), ("warning", True)], ids=["error", "warning"]
)
def test_a_failed_dbt_test_closes_the_gate_only_as_an_error(
    severity: Severity, is_open: bool, candidate: tuple[Path, Path]
) -> None:
    failed = replace(GOOD, id="unique_mart_kpi", origin="dbt", severity=severity, state="failed")
    verdict = judge(*candidate, [failed], [GOOD])
    assert verdict.is_open is is_open
    assert [r.id for r in (verdict.warnings if is_open else verdict.reasons)] == ["unique_mart_kpi"]


def test_a_broken_chain_of_receipts_closes_the_gate(candidate: tuple[Path, Path]) -> None:
    verdict = judge(*candidate, (), [GOOD], ledger_ok=False)
    assert [reason.id for reason in verdict.reasons] == [LEDGER_ID]


def test_the_same_rows_give_the_same_verdict_to_the_byte(
    tmp_path: Path, candidate: tuple[Path, Path], verdict: Verdict
) -> None:
    moved = tmp_path / "moved.duckdb"
    shutil.copy(candidate[0], moved)
    again = judge(moved, candidate[1]).to_json()
    assert again == verdict.to_json(), "neither clock nor path nor chance"


def test_the_fictional_candidate_has_only_columns_that_the_marts_publish(
    candidate: tuple[Path, Path],
) -> None:
    texts = [p.read_text(encoding="utf-8") for p in (CHECKOUT / "dbt_project/models/marts").rglob("_*.yml")]
    published = {
        (model["name"], column["name"]): column["data_type"].upper()
        for text in texts
        for model in yaml.safe_load(text).get("models", [])
        for column in model["columns"]
    }
    with duckdb.connect(str(candidate[0]), read_only=True) as con:
        columns = con.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'main' and table_name <> 'kpi_definitions'"
        ).fetchall()
    assert [c for c in columns if published.get((c[0], c[1])) != c[2]] == []
