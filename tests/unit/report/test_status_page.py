"""The nightly status explains itself after every attempt. What it leaves out, an officer does not know to fix."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from pipelines.errors import KyosoError
from pipelines.model.previous import ISSUED, Basis, write_previous
from pipelines.quality.verdict import Offender, Result, Verdict
from pipelines.report.status import Attempt, read_history, write_status
from pipelines.settings import TOKYO
from tests.unit.report.reading import Page, read_page

START = datetime(2026, 11, 21, 2, 0, tzinfo=TOKYO)


@pytest.fixture
def attempt(release: Path) -> Attempt:
    return Attempt(
        run_id="20261121-020000",
        outcome="released",
        started_at=START,
        finished_at=START + timedelta(seconds=90),
        as_of=date(2026, 11, 20),
        fiscal_year=2026,
        is_sample=True,
        release_id=release.name,
        verdict=Verdict.read(release / "verdict.json"),
        warehouse=release / "warehouse.duckdb",
        control=release / "control",
        reports=tuple(sorted((release / "reports").iterdir())),
        steps=(("読取り", 17.25), ("集計", 31.0)),
    )


def closed_by(verdict: Verdict) -> Verdict:
    reason = Result(
        "Q-STAGE-06", "gx", "mart_stage", "段階の動きがありうる範囲にある", "様式の読み違いを見つけるため。",
        "評価票の様式版を前年度と見比べてください。", "error", "failed", 1, "1件のうち1件が該当",
        (Offender("2026", "2026年度", "-63.3333"), Offender("x", "<b>町", "=1+1")),
    )  # fmt: skip
    return replace(verdict, is_open=False, results=(*verdict.results, reason))


def shown(status: Path, attempt: Attempt) -> Page:
    write_status(status, attempt)
    return read_page(status / "index.html")


def test_a_release_says_that_it_is_out_and_what_to_ask_for(tmp_path: Path, attempt: Attempt) -> None:
    page = shown(tmp_path, attempt)
    latest = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))
    assert "新しい版を公開しました" in page.text
    assert f"提出を求める様式が{latest['submissions']['未提出']}件" in page.text
    assert "読取り 17.3秒、集計 31.0秒" in page.text
    assert "令和8年(2026年)11月21日 2時01分" in page.text
    for path in attempt.reports:
        assert path.name in page.text


@pytest.fixture
def after_an_edition(release: Path, tmp_path: Path, attempt: Attempt) -> Attempt:
    """A night compared with an issued edition, from which two figures differ."""
    folder = tmp_path / "after"
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
    write_previous([Basis(ISSUED, release, "令和8年度 暫定版 第1号")], "x", folder / "control")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute(f"""
            insert into mart_kpi_change by name
            select '{ISSUED}' as compared_with, kpi_id, 2026 as fiscal_year, municipality_code, '派遣実施率' as name_ja,
                '%' as unit, 69.5 as before_value, 72 as after_value, cause, file_count, files_in, files_out
            from (values
                ('K203', null, 'ファイル', 2, 'R8/visit_log/a.xlsx', 'R8/visit_log/b.xlsx'),
                ('K204', null, '基準日', 0, null, null),
                ('K205', '302023', 'ファイル', 1, 'R8/visit_log/c.xlsx', null)
            ) as t (kpi_id, municipality_code, cause, file_count, files_in, files_out)
        """)
    return replace(attempt, warehouse=folder / "warehouse.duckdb", control=folder / "control")


def test_what_moved_since_the_edition_issued_last_is_shown_with_its_file(
    tmp_path: Path, after_an_edition: Attempt
) -> None:
    page = shown(tmp_path / "status", after_an_edition)
    part = page.text.split("前に発行した版からのKPIの動き")[-1].split("ファイルと行の突合")[0]
    assert "令和8年度 暫定版 第1号と比べて、県のKPIが2件変わっています" in part
    for said in ("K203", "69.5", "72", "a.xlsx ほか1件", "K204", "基準日"):
        assert said in part
    assert "c.xlsx" not in part, "a municipality's figure"


def test_without_an_edition_the_status_says_that_there_is_none(tmp_path: Path, attempt: Attempt) -> None:
    assert "この年度に発行した版(暫定・確定・追補)がない" in shown(tmp_path, attempt).text


def test_every_link_of_the_page_leads_to_a_file(tmp_path: Path, attempt: Attempt) -> None:
    from urllib.parse import unquote

    page = shown(tmp_path, attempt)
    assert len(page.links) >= 5
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else (tmp_path / unquote(link)).exists(), link


def test_a_closed_gate_says_why_and_what_to_do_and_keeps_the_last_release(
    tmp_path: Path, attempt: Attempt
) -> None:
    assert attempt.verdict is not None
    page = shown(tmp_path, replace(attempt, outcome="gate_closed", verdict=closed_by(attempt.verdict)))
    for said in (
        "公開を見送りました", "1件が通らず", "前回の公開版をそのままお使いください", "段階の動きがありうる範囲にある",
        "Q-STAGE-06", "様式の読み違いを見つけるため。", "評価票の様式版を前年度と見比べてください。", "2026年度: −63.3333",
    ):  # fmt: skip
        assert said in page.text
    assert "<b>町" in page.text
    assert "<b>" not in page.html.replace("<b>−</b>", "").split('<h2 id="gate">')[1].split("<h2>")[0]


def test_a_closed_gate_before_any_release_does_not_speak_of_one(tmp_path: Path, attempt: Attempt) -> None:
    assert attempt.verdict is not None
    first = replace(
        attempt, outcome="gate_closed", verdict=closed_by(attempt.verdict), release_id=None, reports=()
    )
    page = shown(tmp_path, first)
    assert "公開版はまだありません" in page.text
    assert "前回の公開版を" not in page.text


def test_a_night_with_nothing_new_says_so_and_that_the_verdict_stands(
    tmp_path: Path, attempt: Attempt
) -> None:
    page = shown(tmp_path, replace(attempt, outcome="nothing_new", verdict=None, steps=()))
    assert "新しい資料はありません。公開版は前回のままです。" in page.text
    assert "前回の判定がそのまま有効です" in page.text


def test_a_night_that_holds_back_says_whose_decision_it_is_and_how_it_ends(
    tmp_path: Path, attempt: Attempt
) -> None:
    by = "取消し 0f3a(2026-11-20 09:00、県 太郎、理由: 二重の<記入>)"
    why, todo = f"版の{by}により、公開を控えています。", "kyoso releases resume を実行してください。"
    held = replace(attempt, outcome="held", held_by=why, held_todo=todo, notices=(f"公開版 {by}",))
    page = shown(tmp_path, held)
    for said in ("公開を控えています", by, "kyoso releases resume", "取り消した版", "前回の公開版を"):
        assert said in page.text, said
    latest = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))
    assert (latest["held_by"], latest["held_todo"], latest["notices"]) == (why, todo, [f"公開版 {by}"])
    trial = shown(tmp_path / "trial", replace(held, outcome="dry_run"))
    assert "このまま実行すると、版の" in trial.text
    assert "公開できます" not in trial.text
    assert "取り消した版" not in shown(tmp_path / "other", attempt).text


def test_a_failed_night_says_what_where_and_what_to_do(tmp_path: Path, attempt: Attempt) -> None:
    error = KyosoError("ディスクの空きがありません。", where="保存先", todo="空きを作ってください。")
    failed = replace(attempt, outcome="failed", error=error, verdict=None, warehouse=None, control=None)
    page = shown(tmp_path, failed)
    for said in ("途中で止まりました", "ディスクの空きがありません。", "保存先", "空きを作ってください。",
                 "検査の前に止まりました", "この実行では提出状況を集計していません", "ファイルを読み終えていません"):  # fmt: skip
        assert said in page.text


def test_a_failure_nobody_foresaw_is_named_and_asks_for_a_second_try(
    tmp_path: Path, attempt: Attempt
) -> None:
    failed = replace(attempt, outcome="failed", error=ZeroDivisionError("division"), verdict=None)
    page = shown(tmp_path, failed)
    assert "ZeroDivisionError: division" in page.text
    assert "もう一度実行してください" in page.text


def test_states_come_from_the_files_and_not_from_the_night_before(tmp_path: Path, attempt: Attempt) -> None:
    shown(tmp_path, attempt)
    first = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["findings"]
    page = shown(tmp_path, replace(attempt, run_id="2", outcome="nothing_new"))
    assert json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["findings"] == first
    assert first["new"] + first["unresolved"] == first["error"] + first["warning"] > 0
    said = f"新規 {first['new']} 未解決 {first['unresolved']} 解決済み {first['resolved']}"
    assert said in re.sub(r"\s+", " ", page.text)
    assert [entry["run_id"] for entry in read_history(tmp_path)] == ["20261121-020000", "2"]


def test_what_a_re_sent_file_resolved_is_counted_and_its_sender_is_told(
    tmp_path: Path, attempt: Attempt
) -> None:
    import duckdb

    assert attempt.control is not None
    control = tmp_path / "control"
    shutil.copytree(attempt.control, control)
    states = control / "finding_states.parquet"
    duckdb.sql(f"""
        copy (
            select s.* replace (
                case when f.typed_text = 'R8.2.31' then 'resolved' when f.typed_text = '約5名' then 'unresolved'
                     else s.state end as state,
                case when f.typed_text = 'R8.2.31' then f.file_id else '' end as resolved_by)
            from read_parquet('{states}') s
            join read_parquet('{control / "findings.parquet"}') f using (finding_id)
        ) to '{tmp_path / "changed.parquet"}' (format parquet)
    """)
    (tmp_path / "changed.parquet").replace(states)
    page = shown(tmp_path / "status", replace(attempt, control=control))
    counts = json.loads((tmp_path / "status" / "latest.json").read_text(encoding="utf-8"))["findings"]
    assert (counts["resolved"], counts["unresolved"]) == (1, 1)
    assert "未解決 1 解決済み 1" in re.sub(r"\s+", " ", page.text)
    solved = page.text.split("再提出で解決した指摘(1件)")[1].split("前回の公開版から")[0]
    assert "太地町" in solved
    assert "2月31日" in solved
    book = load_workbook(tmp_path / "status" / "修正依頼" / "304221_太地町" / "修正依頼.xlsx")
    changes = [row[0] for row in book["前回からの変化"].iter_rows(min_row=6, values_only=True)]
    assert changes[:2] == ["解決済み", "未解決"]


def test_with_many_findings_the_page_opens_with_who_has_how_many_and_not_with_the_first_ones(
    tmp_path: Path, attempt: Attempt
) -> None:
    assert attempt.control is not None
    few = shown(tmp_path / "few", attempt)
    assert few.html.count("<details open>") == 1
    control = tmp_path / "control"
    shutil.copytree(attempt.control, control)
    with duckdb.connect() as con:
        for name in ("findings", "finding_states"):
            con.execute(f"create table {name} as select * from '{control}/{name}.parquet'")
            con.execute(
                f"insert into {name} by name select n.* replace (n.finding_id || '-' || r.range as finding_id) "
                f"from {name} n, range(20) r"
            )
            con.table(name).write_parquet(str(control / f"{name}.parquet"))
    many = shown(tmp_path / "many", replace(attempt, control=control))
    assert "<details open>" not in many.html


def test_documents_of_single_municipalities_do_not_push_the_report_aside(
    tmp_path: Path, attempt: Attempt, release: Path
) -> None:
    reports = tuple(sorted(p for p in (release / "reports").rglob("*") if p.is_file()))
    page = shown(tmp_path, replace(attempt, reports=reports))
    above, below = page.html.split("公開版の文書(団体別、30件)")
    assert "annual_evaluation.pdf" in above
    assert "302015.pdf" not in above
    assert "302015.pdf" in below


def test_rows_read_are_rows_taken_and_set_aside_for_every_source(tmp_path: Path, attempt: Attempt) -> None:
    page = shown(tmp_path, attempt)
    assert page.text.count("✓ 一致") >= 8
    assert "× 不一致" not in page.text


def test_the_page_needs_nothing_from_anywhere(tmp_path: Path, attempt: Attempt) -> None:
    page = shown(tmp_path, attempt)
    assert "default-src 'none'" in page.html
    assert not re.search(r"<script|https?://|@import|url\(", page.html)


def test_fictional_data_are_named_on_screen_and_in_print_and_real_data_are_not(
    tmp_path: Path, attempt: Attempt
) -> None:
    fictional = shown(tmp_path / "a", attempt)
    assert fictional.text.count("架空データ") >= 2
    assert '@bottom-center { content: "架空データ"' in fictional.html
    real = shown(tmp_path / "b", replace(attempt, is_sample=False))
    assert "架空データ" not in real.html.replace("(架空)", "")


def test_every_file_is_in_the_list_with_its_rows_and_the_page_names_those_with_something_amiss(
    tmp_path: Path, attempt: Attempt
) -> None:
    page = shown(tmp_path, attempt)
    with (tmp_path / "files.csv").open(encoding="utf-8-sig", newline="") as stream:
        files = list(csv.DictReader(stream))
    with duckdb.connect() as con:
        control = str(attempt.control)
        received = con.execute(f"select count(*) from '{control}/files.parquet'").fetchone()
        rows = con.execute(f"select sum(rows_in) from '{control}/reconciliation.parquet'").fetchone()
    assert (len(files),) == received
    assert (sum(int(f["読んだ行"]) for f in files),) == rows
    assert {f["突合"] for f in files} == {"一致"}
    assert all(int(f["読んだ行"]) == int(f["取り込んだ行"]) + int(f["保留した行"]) for f in files)
    amiss = [f["ファイル"] for f in files if f["状態"] != "landed" or int(f["保留した行"])]
    assert amiss
    assert all(name in page.text for name in amiss)


def test_a_row_that_is_neither_landed_nor_set_aside_shows_at_its_file_and_in_the_sum(
    tmp_path: Path, attempt: Attempt
) -> None:
    assert attempt.control is not None
    control = tmp_path / "control"
    shutil.copytree(attempt.control, control)
    with duckdb.connect() as con:
        con.execute(f"create table r as select * from '{control}/reconciliation.parquet'")
        con.execute("update r set rows_landed = rows_landed - 1 where rowid = 0")
        con.table("r").write_parquet(str(control / "reconciliation.parquet"))
    page = shown(tmp_path / "status", replace(attempt, control=control))
    assert page.text.count("× 不一致") == 3
