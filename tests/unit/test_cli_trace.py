"""`kyoso trace` as its user types it. If it shows what it must not, or fills the screen, it will not be used."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.cli.trace import SHOWN, _place, _printable, _text
from pipelines.report.evidence_cells import EvidenceCell
from pipelines.serve.trace import Question, trace
from pipelines.serve.trace_open import OpenedCell
from pipelines.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kyoso(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sample_home: Path) -> Run:
    def run(*arguments: str, home: Path = sample_home) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kyoso", "trace", *arguments, "--home", str(home)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_the_figure_stands_above_its_cells_by_role_file_and_sheet(kyoso: Run) -> None:
    code, out, err = kyoso("K203", "--municipality", "海南市", "--fiscal-year", "R8", "--all")
    assert (code, err) == (0, "")
    head, numerator = out.split("\n分子: ")
    numerator, denominator = numerator.split("\n分母: ")
    assert "【架空データ】" in head
    assert "K203 派遣実施率  令和8年度(2026年度)  海南市(302023)" in head
    assert "計算: 実績人回 ÷ 計画人回(基準日まで)" in head
    assert (
        "R8/visit_log/2026-11-04/海南市_派遣実施報告書_R8.10月.xlsx(2026-11-04受領) › 派遣実施報告書"
        in numerator
    )
    assert "I9" in numerator
    assert "実施状況: 実施" in numerator
    assert "事業台帳_派遣_R8_改訂2.xlsx" in denominator
    assert "調べた資料" in denominator


def test_the_screen_is_bounded_and_says_how_much_there_is(kyoso: Run) -> None:
    _, short, _ = kyoso("K504")
    assert re.search(r"ほか\d+セル\(--all ですべて、--csv で表計算へ\)", short)
    _, whole, _ = kyoso("K504", "--all")
    assert "セル(--all" not in whole
    roles = short.split("\n調べた資料")[0].split("\n\n")[1:]
    assert [len(re.findall(r"^    ", role, re.MULTILINE)) for role in roles] == [SHOWN] * len(roles)
    assert len(re.findall(r"^    ", whole, re.MULTILINE)) > 100


def test_csv_holds_every_cell_and_nothing_a_spreadsheet_would_run(
    kyoso: Run, sample_settings: Settings
) -> None:
    code, out, err = kyoso("K308", "--csv")
    assert (code, err) == (0, "")
    lines = list(csv.DictReader(io.StringIO(out)))
    assert len(lines) == sum(trace(sample_settings, Question("K308"), limit=1).counts.values())
    assert {line["kpi_id"] for line in lines} == {"K308"}
    assert all(line["cell"] for line in lines)


def test_opened_cells_are_compared(kyoso: Run) -> None:
    code, out, err = kyoso("K203", "--municipality", "302023", "--open")
    assert (code, err) == (0, "")
    assert "[一致]" in out
    assert "不一致" not in out


def test_respondents_are_hidden_unless_asked_for_on_the_server(kyoso: Run, tmp_path: Path) -> None:
    hidden = kyoso("K607", "--fiscal-year", "R7")[1]
    assert "(示しません)" in hidden
    assert "場所だけを示しています" in hidden
    shown = kyoso("K607", "--fiscal-year", "R7", "--respondents")[1]
    assert "(示しません)" not in shown
    assert "外に出さないでください" in shown


def test_respondents_need_the_archive(kyoso: Run, sample_home: Path, tmp_path: Path) -> None:
    """Who has a copy of the release alone, away from the server, sees addresses and no more."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("releases", "current", "warehouse.duckdb"):
        (home / name).symlink_to(sample_home / name)
    code, out, _ = kyoso("K607", "--fiscal-year", "R7", home=home)
    assert (code, "(示しません)" in out) == (0, True)
    code, out, err = kyoso("K607", "--fiscal-year", "R7", "--respondents", home=home)
    assert (code, out) == (1, "")
    assert "保管庫を読めません" in err
    assert "サーバー上で" in err


def test_a_figure_without_value_says_why(kyoso: Run) -> None:
    code, out, _ = kyoso("K601")
    assert code == 0
    assert "値のない理由: 派遣終了時の調査の期日前で、まだ受領していないため" in out
    assert "アンケート: " in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("K999",), "KPI「K999」はありません"),
        (("K203", "--municipality", "海難市"), "もしかして: 海南市"),
        (("K203", "--fiscal-year", "R2"), "R2年度のKPIは、この公開版にありません"),
        (("K203", "--fiscal-year", "x"), "--fiscal-year「x」は年度として読めません"),
        (("K301", "--municipality", "海南市"), "団体ごとの値はありません"),
    ],
)
def test_what_does_not_exist_ends_with_2(kyoso: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = kyoso(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("エラー: ")
    assert said in err
    assert "すること:" in err


def test_without_a_release_it_ends_with_1(kyoso: Run, tmp_path: Path) -> None:
    code, out, err = kyoso("K203", home=tmp_path)
    assert (code, out) == (1, "")
    assert "まだ公開版がありません" in err


CELL = EvidenceCell(
    role="numerator",
    file_id="f",
    path="R8/a.xlsx",
    received_date=date(2026, 6, 1),
    source="visit_log",
    sheet="表",
    row=9,
    field="status",
    dataset="visit_log__visits",
    label="実施状況",
    cell="H9",
    text="実施",
    classification="organisation",
    landed=("delivered", "実施"),
)


def test_text_from_a_file_cannot_command_the_terminal() -> None:
    assert _printable("a\x1b[31mb\u202ec\nd") == "a␣[31mb␣c⏎d"


def test_cells_without_text_or_column_say_so() -> None:
    assert _text(replace(CELL, text=""), None) == "(空欄)"
    assert _place(replace(CELL, cell="")) == "9行目(この様式に欄なし)"
    assert _place(replace(CELL, source="chat_activity", cell="")) == "9件目"
    assert _text(CELL, OpenedCell("延期", "不一致")) == "延期"
    masked = replace(CELL, classification="respondent", text="")
    assert _text(masked, None) == "(示しません)"
    assert _text(masked, OpenedCell("", "一致")) == "(示しません)"
