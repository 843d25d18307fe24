"""`kyoso sql` for people who write no SQL: kept questions by name, and answers that open in Excel."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from pipelines.report.dictionary.queries import kept_queries
from tests.conftest import run_kyoso


def test_the_list_names_every_kept_query() -> None:
    ran = run_kyoso("sql", "--list")
    assert ran.returncode == 0
    assert [q for q in kept_queries() if q.name not in ran.stdout or q.title not in ran.stdout] == []


def test_a_kept_query_prints_rows_to_one_side_and_what_they_mean_to_the_other(sample_home: Path) -> None:
    ran = run_kyoso("sql", "--saved", "measured_savings", "--csv", "--home", sample_home)
    assert ran.returncode == 0
    assert ran.stdout.startswith("案件,単独で調達した場合の費用(円),")
    assert "試算は含まず" in ran.stderr
    assert ran.stdout == run_kyoso("sql", "--saved", "3", "--csv", "--home", sample_home).stdout


def test_an_answer_goes_to_excel_under_japanese_headings(sample_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "共同調達.xlsx"
    text = "select case_name, saving_jpy from mart_joint_procurement where evidence_class = 'measured'"
    ran = run_kyoso("sql", text, "--xlsx", path, "--home", sample_home)
    assert (ran.returncode, ran.stdout) == (0, f"3行を書き出しました: {path}\n")
    headings, *rows = load_workbook(path)["結果"].iter_rows(values_only=True)
    assert headings == ("案件名", "削減額")
    assert len(rows) == 3
    again = run_kyoso("sql", text, "--xlsx", path, "--home", sample_home)
    assert again.returncode == 2
    assert "同じ名前のファイルがあります" in again.stderr


def test_what_cannot_be_meant_is_told(sample_home: Path) -> None:
    unknown = run_kyoso("sql", "--saved", "nope", "--home", sample_home)
    assert unknown.returncode == 2
    assert "lead_only" in unknown.stderr
    both = run_kyoso("sql", "select 1", "--saved", "lead_only", "--home", sample_home)
    assert both.returncode == 2
    assert "どちらか一方" in both.stderr
