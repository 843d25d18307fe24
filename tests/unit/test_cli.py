"""The command line. If it answers in another language, with another code or with a trace, its user is alone."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.main import get_command

from pipelines import cli
from pipelines.cli.console import NightReport, print_rows
from pipelines.demo.programme import Load
from pipelines.settings import CHECKOUT, TOKYO, Settings
from tests.unit.serve.test_connection import make_release

Main = Callable[..., tuple[int, str, str]]
ENGLISH_LEFT_OVER = re.compile(r"Usage|Options|Commands|Arguments|Error|Show this|required|default|No such")


def kyoso(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "from pipelines.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


@pytest.fixture
def main_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Main:
    """Run a command in this process: exit code, what it printed, and its errors."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kyoso", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    from datetime import date

    from pipelines.serve.release import switch

    settings = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    make_release(settings, "one", "始動")
    make_release(settings, "two", "協働")
    switch(settings, "two")
    return settings.home


def every_command() -> list[list[str]]:
    def walk(command: object, path: list[str]) -> list[list[str]]:
        below = getattr(command, "commands", {})
        return [path, *(found for name in below for found in walk(below[name], [*path, name]))]

    return walk(get_command(cli.app), [])


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_help_is_in_japanese(main_here: Main, path: list[str]) -> None:
    code, out, err = main_here(*path, "--help")
    assert code == 0
    assert err == ""
    assert out.startswith("使い方: kyoso")
    assert not ENGLISH_LEFT_OVER.search(out)
    for line in out.splitlines():
        if match := re.match(r"  --?[\w-]+(?: \S+)?  +(.+)", line):
            assert re.search(r"[ぁ-ん一-龥]", match[1]), line


def test_without_a_command_the_help_is_shown(main_here: Main) -> None:
    code, out, _ = main_here()
    assert (code, out[:4]) == (0, "使い方:")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("--foo", "オプション --foo はありません。"),
        ("nope", "コマンド nope はありません。"),
        ("nightly --foo", "オプション --foo はありません。"),
        ("nightly --as-of", "オプション --as-of には値が要ります。"),
        ("nightly --as-of x", "--as-of「x」は日付として読めません。"),
        ("nightly --as-of 2026-02-31", "--as-of「2026-02-31」は日付として読めません。"),
        ("nightly --fiscal-year Q8", "--fiscal-year「Q8」は年度として読めません。"),
        ("nightly --dry-run=3", "オプション --dry-run には値を書けません。"),
        ("nightly extra", "余分な語があります: extra"),
        ("sql", "問い合わせが空です。"),
        ("releases nope", "コマンド nope はありません。"),
        ("demo here --municipalities abc", "--municipalities の値を読めません。"),
        ("demo here --mess 7", "--mess の値が範囲の外です。"),
        ("serve --port x", "--port の値を読めません。"),
    ],
)
def test_a_command_typed_wrongly_is_told_in_japanese_and_ends_with_2(
    main_here: Main, typed: str, expected: str
) -> None:
    code, out, err = main_here(*typed.split())
    assert code == 2
    assert out == ""
    assert err.startswith(f"エラー: {expected}\n")
    assert "すること:" in err
    assert not ENGLISH_LEFT_OVER.search(err)


@pytest.mark.parametrize(
    ("name", "value"), [("KYOSO_AS_OF", "yesterday"), ("KYOSO_FISCAL_YEAR", "next")], ids=str
)
def test_an_unreadable_variable_is_named_and_ends_with_2(
    main_here: Main, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code, _, err = main_here("nightly")
    assert code == 2
    assert f"{name}「{value}」" in err


def test_the_year_may_be_set_the_way_people_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KYOSO_FISCAL_YEAR", "令和7年度")
    assert Settings.resolve().fiscal_year == 2025


def test_sql_prints_a_table_or_csv(main_here: Main, home: Path) -> None:
    text = "select stage, 12345 as visits, null as nothing from mart_stage"
    code, table, _ = main_here("sql", text, "--home", home)
    assert (code, table.split()[:3]) == (0, ["stage", "visits", "nothing"])
    assert "協働" in table
    assert "12,345" in table
    code, out, _ = main_here("sql", text, "--home", home, "--csv")
    assert (code, out) == (0, "stage,visits,nothing\n協働,12345,\n")


def test_thousands_are_separated_in_all_of_a_column_and_years_never(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [(2026, 15_813, 2436), (2025, 2436, 1050), (2024, None, True)]
    print_rows(Console(), ["年度", "行", "件"], rows)
    shown = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("202")]
    assert shown == [["2026", "15,813", "2436"], ["2025", "2,436", "1050"], ["2024", "True"]]


def test_a_table_printed_for_no_screen_keeps_each_row_on_one_line(main_here: Main, home: Path) -> None:
    text = "select repeat('長い名前', 60) as label, 1 as value from mart_stage"
    _, out, _ = main_here("sql", text, "--home", home)
    assert any("長い名前" * 60 in line for line in out.splitlines())


@pytest.mark.parametrize("text", ["selec", "create table t (a int)", "select * from read_csv('/etc/passwd')"])
def test_sql_refuses_what_is_no_query_with_code_2(main_here: Main, home: Path, text: str) -> None:
    code, out, err = main_here("sql", text, "--home", home)
    assert (code, out) == (2, "")
    assert err.startswith("エラー: 問い合わせを実行できません。")
    assert "Traceback" not in err


def test_sql_with_nothing_to_run_ends_quietly(main_here: Main, home: Path) -> None:
    code, _, err = main_here("sql", "", "--home", home)
    assert code == 2
    assert "問い合わせが空です" in err


def test_a_reader_that_stops_early_is_no_error(home: Path) -> None:
    command = f"{sys.executable} -m pipelines.cli sql 'select range from range(200000)' --csv --home {home} | head -1"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=CHECKOUT, check=False
    )
    assert ran.stdout == "range\n"
    assert ran.stderr == ""


def test_releases_are_listed_and_one_can_be_restored(main_here: Main, home: Path) -> None:
    code, out, _ = main_here("releases", "--home", home)
    assert code == 0
    assert re.search(r"→\s+two", out)
    assert main_here("releases", "restore", "one", "--home", home)[0] == 0
    assert re.search(r"→\s+one", main_here("releases", "list", "--home", home)[1])
    code, _, err = main_here("releases", "restore", "nope", "--home", home)
    assert (code, "公開版 nope はありません" in err) == (2, True)


def test_no_release_yet_is_told_by_every_reader(main_here: Main, tmp_path: Path) -> None:
    assert main_here("releases", "--home", tmp_path / "x")[0] == 1
    assert main_here("sql", "select 1", "--home", tmp_path / "x")[0] == 1
    assert main_here("status", "--home", tmp_path / "x")[0] == 5


def write_latest(home: Path, hours_old: float) -> None:
    moment = (datetime.now(TOKYO) - timedelta(hours=hours_old)).isoformat(timespec="seconds")
    latest = {
        "finished_at": moment,
        "outcome": "released",
        "as_of": "2026-11-20",
        "seconds": 30.0,
        "is_sample": True,
        "release_id": "two",
        "released_at": moment,
        "reasons": [],
        "error": None,
        "submissions": {},
        "findings": {},
    }
    (home / "status").mkdir(exist_ok=True)
    (home / "status" / "latest.json").write_text(json.dumps(latest), encoding="utf-8")


@pytest.mark.parametrize(
    ("hours_old", "limit", "code"),
    [(1, "36h", 0), (37, "36h", 5), (37, "2d", 0), (1, "30m", 5)],
)
def test_status_ends_with_5_when_the_release_is_older_than_allowed(
    main_here: Main, home: Path, hours_old: float, limit: str, code: int
) -> None:
    write_latest(home, hours_old)
    ended, out, _ = main_here("status", "--home", home, "--max-age", limit)
    assert ended == code
    assert "【架空データ】" in out
    assert ("公開版が古い" in out) == (code == 5)


def test_status_refuses_an_age_it_cannot_read(main_here: Main, home: Path) -> None:
    write_latest(home, 1)
    assert main_here("status", "--home", home, "--max-age", "soon")[0] == 2


def test_an_error_nobody_foresaw_is_one_japanese_sentence_and_a_log(
    main_here: Main, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pipelines.serve.connection.query", explode)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    code, _, err = main_here("sql", "select 1", "--home", home)
    assert code == 1
    assert err.count("予期しない誤り") == 1
    assert "Traceback" not in err
    log = Path(re.search(r"記録 (\S+\.log)", err)[1])
    assert "in explode" in log.read_text(encoding="utf-8")


def test_ctrl_c_says_that_readers_lost_nothing(
    main_here: Main, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.serve.connection.query", interrupt)
    code, _, err = main_here("sql", "select 1", "--home", home)
    assert (code, err) == (130, "中断しました。公開版はそのままです。\n")


def test_nothing_heavy_is_imported_to_answer_a_query(home: Path) -> None:
    code = (
        "import sys\nfrom pipelines.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([n for n in ('dagster', 'dbt', 'great_expectations', 'pandas', 'pyarrow') if n in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "sql", "select 1 as one", "--home", str(home), "--csv"],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        check=True,
    )
    assert ran.stdout.splitlines() == ["one", "1", "[]"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda raw: None, "受領ファイルのフォルダがありません。"),
        (lambda raw: raw.mkdir(), "受領したファイルが1件もありません。"),
        (lambda raw: raw.write_text("x"), "受領ファイルのフォルダがありません。"),
    ],
    ids=["missing", "empty", "a file"],
)
def test_a_raw_folder_that_gives_nothing_ends_with_1_before_anything_heavy_starts(
    main_here: Main, tmp_path: Path, make: Callable[[Path], object], expected: str
) -> None:
    raw = tmp_path / "raw"
    make(raw)
    code, _, err = main_here("nightly", "--raw", raw, "--home", tmp_path / "home")
    assert code == 1
    assert expected in err
    assert f"場所: {raw}" in err
    assert "すること:" in err
    assert expected in (tmp_path / "home" / "status" / "index.html").read_text(encoding="utf-8")


def test_a_spinner_gives_the_cursor_back() -> None:
    screen = io.StringIO()
    report = NightReport(Console(file=screen, force_terminal=True))
    report.progress("読取り", 3, 9)
    report.stop_progress()
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert screen.getvalue().rindex(shown) > screen.getvalue().rindex(hidden)
    assert "読取り 3/9" in screen.getvalue()


def test_files_received_only_after_the_day_asked_for_are_explained(main_here: Main, tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "R8" / "visit_log" / "2026-07-03"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("x", encoding="utf-8")
    code, _, err = main_here(
        *("nightly", "--raw", tmp_path / "raw", "--home", tmp_path / "home", "--as-of", "2026-04-01")
    )
    assert code == 1
    assert "最初の受領は 2026-07-03" in err


def test_demo_makes_what_was_asked_for_and_says_where(
    main_here: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, dict[str, object]]] = []

    def make(folder: Path, **options: object) -> SimpleNamespace:
        asked.append((folder, options))
        return SimpleNamespace(file_count=7)

    monkeypatch.setattr("pipelines.demo.programme.make_programme", make)
    code, out, _ = main_here(
        "demo", tmp_path, "--municipalities", "4", "--mess", "0", "--seed", "3", "--effect-sd", "0.5"
    )
    assert code == 0
    story = {"seed": 3, "count": 4, "mess": 0.0, "effect_sd": 0.5, "load": Load()}
    assert asked == [(tmp_path, story)]
    assert out == f"架空データのファイルを 7 件作りました: {tmp_path}\n"
    load = ("--years", "2", "--workbooks", "50", "--messages", "9", "--only", "visit_log", "--only", "policy")
    assert main_here("demo", tmp_path, *load)[0] == 0
    assert asked[1][1]["load"] == Load(2, 50, 9, frozenset({"visit_log", "policy"}))
