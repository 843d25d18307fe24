"""A year of editions in one home, and a plan put before outcomes it had seen. What was decided on must stay as it was."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.ingest.ledger import Ledger
from pipelines.serve.editions import editions
from pipelines.settings import Settings
from tests.conftest import SAMPLE, run_kyoso, run_night

pytestmark = pytest.mark.slow
DAY_BEFORE_THE_PLAN = date(2026, 10, 10)


def rows(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(query).fetchall()


def kyoso(*arguments: str | Path, code: int = 0, **environment: str) -> str:
    ran = run_kyoso(*arguments, **environment)
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_a_year_of_editions_each_tells_what_changed_since_the_one_before(home: Path) -> None:
    """暫定 in autumn, 確定 after the accounts, 追補 with the later survey, when the default year has long been the next."""
    for kind in ("確定", "追補"):
        kyoso("issue", "--edition", kind, "--home", home, code=3)
    assert "令和8年度 暫定版 第1号" in kyoso("issue", "--edition", "暫定", "--home", home)
    first = home / "issued" / "R8-暫定-01"
    kept = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}

    for kind, as_of in (("確定", "2027-06-30"), ("追補", "2027-09-30")):
        ran = run_night(home, "--as-of", as_of, "--fiscal-year", "R8")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        changed = rows(
            home / "warehouse.duckdb",
            "select kpi_id, fiscal_year, municipality_code, before_value, after_value, files_in, files_out, cause"
            " from mart_kpi_change where compared_with = '前の発行版' order by all",
        )
        said = kyoso("issue", "--edition", kind, "--home", home, KYOSO_FISCAL_YEAR="R10")
        assert f"令和8年度 {kind}版 第1号" in said
        assert "公開版の対象年度は令和8年度(2026年度)です" in said
        # Between any two of them, by the same rule as in the mart.
        before = {"確定": "R8-暫定-01", "追補": "R8-確定-01"}[kind]
        listed = kyoso("releases", "diff", before, f"R8-{kind}-01", "--csv", "--home", home)
        assert [tuple(row.values()) for row in csv.DictReader(io.StringIO(listed))] != []
        assert sorted(map(_key, csv.DictReader(io.StringIO(listed)))) == sorted(map(_as_text, changed))
        assert {row[-1] for row in changed} <= {"ファイル", "基準日"}

    found = editions(Settings(SAMPLE, home, 2026, date(2027, 9, 30)))
    assert [edition.record["previous"] for edition in found] == [None, "R8-暫定-01", "R8-確定-01"]
    assert {edition.state for edition in found} == {"無事"}
    assert {path: path.read_bytes() for path in first.rglob("*") if path.is_file()} == kept
    assert rows(first / "warehouse.duckdb", "select count(*) from mart_kpi")[0][0] > 0
    listed = kyoso("releases", "--home", home)
    assert [line.split()[0:2] for line in listed.splitlines() if "版 第1号" in line or "暫定版" in line]
    assert "無事" in listed


def _key(row: dict[str, str]) -> tuple[str, ...]:
    numbers = [_number(row[name]) for name in ("before_value", "after_value")]
    names = ("files_in", "files_out", "cause")
    return (
        row["kpi_id"],
        row["fiscal_year"],
        row["municipality_code"],
        *numbers,
        *(row[name] for name in names),
    )


def _as_text(row: tuple[Any, ...]) -> tuple[str, ...]:
    texts = ["" if value is None else str(value) for value in row]
    return (*texts[:3], _number(texts[3]), _number(texts[4]), *texts[5:])


def _number(text: str) -> str:
    return f"{Decimal(text).normalize():f}" if text else ""


def test_a_plan_put_into_a_folder_before_outcomes_that_had_been_seen_is_told_by_its_day_of_sight(
    home: Path,
) -> None:
    """Its folder says May, as ever; the ledger says that the answers had been seen in October."""
    _let_answers_have_been_seen(home)
    assert rows(home / "warehouse.duckdb", "select distinct registration_ja from mart_effect") == [
        ("事前登録",)
    ]
    ran = run_night(home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    seen = Ledger(home / "archive" / "ledger.jsonl").receipts[-1].seen_date
    assert rows(
        home / "warehouse.duckdb",
        "select distinct plan_seen_date, outcome_seen_date, registration_ja from mart_effect"
        " where outcome_received_date is not null",
    ) == [(seen, DAY_BEFORE_THE_PLAN, "事後分析")]
    page = (home / "current" / "reports" / "annual_evaluation.html").read_text(encoding="utf-8")
    assert "フォルダの日付にかかわらず、その結果は事後分析です" in page


def _let_answers_have_been_seen(home: Path) -> None:
    """As if the nights before had seen every assessment in October, and the plan only today."""
    path = home / "archive" / "ledger.jsonl"
    receipts = [
        replace(r, seen_date=DAY_BEFORE_THE_PLAN) if r.source == "assessment" else r
        for r in Ledger(path).receipts
    ]
    path.unlink()
    Ledger(path).append(receipts)
    for witness in home.glob("releases/*/ledger.json"):
        witness.unlink()


def test_lines_cut_off_the_ledgers_end_end_the_night_and_leave_the_release(home: Path) -> None:
    path = home / "archive" / "ledger.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:-2]))
    before = (home / "current").resolve()
    ran = run_night(home)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert f"の記録では{len(whole)}行ありました" in ran.stderr
    assert (home / "current").resolve() == before
    assert path.read_bytes() == b"".join(whole[:-2]), "what is left of it is not written over"
    status = json.loads((home / "status" / "latest.json").read_text(encoding="utf-8"))
    assert (status["outcome"], "受領台帳" in status["error"]["what"]) == ("failed", True)
    kyoso("issue", "--edition", "暫定", "--home", home, code=1)
