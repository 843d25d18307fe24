"""Documents are made from the rows that were judged and from no others: a figure changed after the
gate opened, by hand or by a later step, must never reach paper.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.quality.verdict import Verdict
from pipelines.report.render import render


@pytest.fixture
def judged(home: Path) -> Path:
    """A judged candidate without documents yet."""
    folder = (home / "current").resolve()
    for path in sorted((folder / "reports").iterdir()):
        path.unlink()
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
