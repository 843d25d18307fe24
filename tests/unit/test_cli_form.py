"""`kyoso form`: an officer asks for forms, and is told which is for whom, when it is due and where it goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines import cli
from pipelines.ingest.contracts import all_datasets
from pipelines.report.form import forms_to_fill
from pipelines.report.form.index import COLUMNS, INDEX_NAME
from pipelines.report.form.table_sheet import example_value
from tests.unit.report.form_filling import YEAR, Entry, filled_form, plan_of

Form = Callable[..., tuple[int, str, str]]


@pytest.fixture
def form(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Form:
    """Run `kyoso form` in this process, in a home without a release unless one is made."""
    monkeypatch.setenv("KYOSO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KYOSO_AS_OF", "2026-11-20")

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kyoso", "form", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def index_of(folder: Path) -> dict[str, dict[str, str]]:
    """The list of forms, by form id."""
    sheet = openpyxl.load_workbook(folder / INDEX_NAME).worksheets[0]
    names = [name for name, _ in COLUMNS]
    rows = [dict(zip(names, line, strict=True)) for line in sheet.iter_rows(min_row=5, values_only=True)]
    return {row["様式番号"]: row for row in rows}


def release_deadlines(home: Path) -> None:
    home.mkdir()
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("create schema staging")
        con.execute("create table dim_municipality as select '302015' as municipality_code")
        con.execute(
            "create table staging.stg_policy__submission_deadlines as select * from (values"
            " ('visit_log__visits', '2026-10', 'dispatched', date '2026-11-12'),"
            " ('visit_log__visits', '2026-12', 'dispatched', date '2027-01-12'),"
            " ('visit_log__visits', '2026-11', 'dispatched', date '2026-12-12'),"
            " ('register__costs', 'R8', 'prefecture', date '2026-05-29')) t(dataset, period, scope, due_date)"
        )


def test_it_writes_every_form_into_the_folder_of_its_source(form: Form, tmp_path: Path) -> None:
    code, out, err = form(tmp_path / "forms")
    assert (code, err) == (0, "")
    made = {p.relative_to(tmp_path / "forms").as_posix() for p in (tmp_path / "forms").rglob("*.xlsx")}
    assert made == {INDEX_NAME, *(f"{d.source}/{d.label}.xlsx" for d in forms_to_fill())}
    assert f"様式を {len(made) - 1} 件書き出しました" in out
    assert INDEX_NAME in out


def test_the_list_names_who_when_and_where(form: Form, tmp_path: Path) -> None:
    release_deadlines(tmp_path / "home")
    form(tmp_path / "forms", "--source", "visit_log")
    rows = index_of(tmp_path / "forms")
    assert set(rows) == {d.name for d in forms_to_fill()}
    visits = rows["visit_log__visits"]
    assert visits["記入する人"] == "派遣団体"
    assert (visits["次の対象期間"], visits["次の提出期限"]) == ("2026-11", "2026-12-12")
    assert visits["受け取ったら置くフォルダ(例)"] == "raw/R8/visit_log/2026-06-10"
    assert visits["1行が表すもの"] == all_datasets()["visit_log__visits"].description
    assert (rows["register__costs"]["記入する人"], rows["register__costs"]["次の提出期限"]) == ("県", None)
    assert rows["survey__needs"]["記入する人"] == "市町村"


def test_before_the_first_release_the_list_is_there_without_deadlines(form: Form, tmp_path: Path) -> None:
    assert form(tmp_path / "forms", "--source", "visit_log")[0] == 0
    assert {row["次の提出期限"] for row in index_of(tmp_path / "forms").values()} == {None}


def test_municipality_and_month_are_filled_in_beforehand(form: Form, tmp_path: Path) -> None:
    code, _, _ = form(tmp_path, "--source", "visit_log", "--municipality", "海南市", "--month", "R9.1")
    assert code == 0
    sheet = openpyxl.load_workbook(tmp_path / "visit_log" / "海南市_支援実施記録_R9.1月.xlsx").worksheets[0]
    assert [sheet.cell(row, 3).value for row in (5, 6, 7)] == ["海南市", "令和9年(2027年)1月", None]


def test_all_municipalities_are_thirty_files(form: Form, tmp_path: Path) -> None:
    _, out, _ = form(tmp_path, "--source", "visit_log", "--municipality", "全団体", "--month", "R8.6")
    assert len(list((tmp_path / "visit_log").iterdir())) == 30
    assert "様式を 30 件書き出しました" in out


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["--source", "visits"], "「visits」という様式はありません。"),
        (["--municipality", "海南"], "--municipality「海南」は県内の市町村として読めません。"),
        (["--month", "13月"], "--month「13月」は月として読めません。"),
        (["--municipality", "海南市", "--source", "register"], "市町村が記入する様式がありません。"),
    ],
)
def test_what_it_does_not_know_is_told_in_japanese_and_nothing_is_written(
    form: Form, tmp_path: Path, typed: list[str], expected: str
) -> None:
    code, out, err = form(tmp_path / "forms", *typed)
    assert (code, out) == (2, "")
    assert err.startswith("エラー: ")
    assert expected in err
    assert "すること: " in err
    assert not (tmp_path / "forms").exists()


def test_a_filled_form_is_not_overwritten(form: Form, tmp_path: Path) -> None:
    form(tmp_path, "--source", "visit_log")
    path = tmp_path / "visit_log" / "支援実施記録.xlsx"
    path.write_bytes(b"filled in")
    code, _, err = form(tmp_path)
    assert code == 2
    assert path.read_bytes() == b"filled in"
    assert "支援実施記録.xlsx" in err
    assert not (tmp_path / "policy").exists()


def test_every_form_with_its_own_example_filled_in_passes_kyoso_check(
    form: Form, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    paths = []
    for dataset in forms_to_fill():
        plan = plan_of(dataset)
        entries = [
            {f.name: Entry(example_value(f, YEAR), None) for f in fields}
            for fields in (dataset.preamble, dataset.columns)
        ]
        path = tmp_path / f"{dataset.name}.xlsx"
        path.write_bytes(filled_form(plan, entries[0], entries[1:]))
        paths.append(str(path))
    monkeypatch.setattr(sys, "argv", ["kyoso", "check", *paths])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert (int(ended.value.code or 0), printed.err) == (0, "")
    assert printed.out.count("直すところはありません。") == len(paths)
