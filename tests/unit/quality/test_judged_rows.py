"""Documents are made from the rows that were judged and from no others: a figure changed after the
gate opened, by hand or by a later step, must never reach paper.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.night import Night
from pipelines.quality.gate import judge
from pipelines.quality.suite import run_expectations
from pipelines.quality.verdict import Verdict
from pipelines.report.content import build_report
from pipelines.report.facts import Facts
from pipelines.report.render import render
from pipelines.settings import Settings
from tests.conftest import AS_OF, SAMPLE
from tests.unit.quality.conftest import waiver
from tests.unit.quality.test_expectations import BY_ID


@pytest.fixture
def judged(home: Path) -> Path:
    """A judged candidate without documents yet."""
    folder = (home / "current").resolve()
    shutil.rmtree(folder / "reports")
    (folder / "reports").mkdir()
    return folder


def _refusal(candidate: Path) -> KyosoError:
    with pytest.raises(KyosoError) as caught:
        render(candidate, ["xlsx"])
    assert list((candidate / "reports").iterdir()) == []
    assert "検査からやり直してください" in caught.value.todo
    return caught.value


def test_one_number_changed_after_the_verdict_stops_the_report(judged: Path) -> None:
    with duckdb.connect(str(judged / "warehouse.duckdb")) as con:
        changed = con.execute(
            "update mart_kpi set value = value + 1 where kpi_id = 'K101' and municipality_code is null "
            "and value is not null and fiscal_year = 2026"
        ).fetchall()
    assert changed == [(1,)]
    refusal = _refusal(judged)
    assert refusal.what == "検査に合格した行ではないため、報告書を作りません。"
    assert refusal.where == "mart_kpi"


def test_words_that_the_report_prints_from_before_the_marts_are_judged_rows_too(judged: Path) -> None:
    with duckdb.connect(str(judged / "warehouse.duckdb")) as con:
        con.execute("update staging.stg_register__commentaries set body = body || '(加筆)'")
    assert _refusal(judged).where == "staging.stg_register__commentaries"


def test_a_finding_removed_after_the_verdict_stops_the_report(judged: Path) -> None:
    path = judged / "control" / "findings.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table f as select * from '{path}' limit 1")
        con.execute(f"copy f to '{path}' (format parquet)")
    assert _refusal(judged).where == "control.findings"


def test_a_closed_gate_stops_the_report(judged: Path) -> None:
    path = judged / "verdict.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(body | {"is_open": False}), encoding="utf-8")
    assert not Verdict.read(path).is_open
    assert _refusal(judged).where == "検査が不合格です"


def test_untouched_rows_give_the_report(judged: Path) -> None:
    (path,) = render(judged, ["xlsx"])
    assert path.stat().st_size > 10_000


def test_what_a_waiver_excused_is_printed_with_its_reason_and_approver(judged: Path) -> None:
    warehouse, control = judged / "warehouse.duckdb", judged / "control"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from staging.stg_policy__waivers")
        con.execute(waiver("Q-DISPATCH-06"))
        con.execute("update mart_dispatch_utilisation set unit_price_jpy = 80 where fiscal_year = 2026")
    verdict = judge(warehouse, control, (), run_expectations(warehouse, control, [BY_ID["Q-DISPATCH-06"]]))
    assert verdict.is_open
    verdict.write(judged / "verdict.json")
    facts = Facts(judged)
    annex = next(section for section in build_report(facts).sections if section.key == "annex")
    facts.close()
    printed = str(annex)
    assert "Q-DISPATCH-06" in printed
    assert BY_ID["Q-DISPATCH-06"].title_ja in printed
    assert "県が別に確かめた" in printed
    assert "例外承認によるものが1件" in printed


@pytest.fixture
def night(home: Path, request: pytest.FixtureRequest) -> Iterator[Night]:
    """A night in a home whose candidate an earlier attempt has left, judged and with documents."""
    as_of: date = getattr(request, "param", AS_OF)
    settings = Settings(SAMPLE, home, 2026, as_of)
    shutil.copytree(settings.current.resolve(), settings.candidate)
    begun = Night(settings)
    yield begun
    begun.close()


@pytest.mark.parametrize("night", [date(2026, 11, 21)], indirect=True)
@pytest.mark.parametrize("step", ["build_models", "judge", "render", "publish"])
def test_a_step_alone_does_not_continue_what_was_begun_for_another_day(step: str, night: Night) -> None:
    with pytest.raises(
        KyosoError, match="今の受領ファイル・基準日・プログラムから作られたものではありません"
    ):
        getattr(night, step)()


def test_a_new_verdict_voids_the_documents_of_the_old(night: Night) -> None:
    path = night.settings.candidate / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"release_id": night.identity}), encoding="utf-8")
    night.judge()
    with pytest.raises(KyosoError, match=r"前の段階の結果\(報告書\)がありません"):
        night.publish()
