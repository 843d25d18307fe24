"""`kyoso issue` and `kyoso releases` as their users type them. A wrong word here hands out the wrong edition."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.serve import issue as issuing
from pipelines.settings import Settings
from tests.unit.serve.issuing import make_release, one_line

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))


@pytest.fixture
def kyoso(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(issuing, "_documents", one_line)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kyoso", *arguments, "--home", str(settings.home)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.mark.parametrize("typed", ["暫定", "暫定版", " 暫定 "])
def test_an_edition_is_issued_and_its_documents_are_named(kyoso: Run, settings: Settings, typed: str) -> None:
    make_release(settings, "one")
    code, out, err = kyoso("issue", "--edition", typed)
    assert (code, err) == (0, "")
    assert "【架空データ】" in out
    assert "令和8年度 暫定版 第1号(R8-暫定-01)を発行しました。" in out
    assert "前の版: なし(この年度で最初の版)" in out
    assert str(settings.issued / "R8-暫定-01" / "reports" / "annual_evaluation.pdf") in out


def test_the_same_again_is_no_error_and_says_that_nothing_changed(kyoso: Run, settings: Settings) -> None:
    make_release(settings, "one")
    kyoso("issue", "--edition", "暫定")
    code, out, _ = kyoso("issue", "--edition", "暫定")
    assert (code, "発行済みです。何も変えていません。" in out) == (0, True)


def test_the_year_is_the_releases_and_the_default_year_is_named_where_it_differs(
    kyoso: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(settings, "one")
    monkeypatch.setenv("KYOSO_FISCAL_YEAR", "R9")
    _, out, _ = kyoso("issue", "--edition", "暫定")
    assert "公開版の対象年度は令和8年度(2026年度)です(今の既定は令和9年度(2027年度))。" in out


def test_an_unknown_kind_is_a_usage_error_with_an_example(kyoso: Run, settings: Settings) -> None:
    make_release(settings, "one")
    code, _, err = kyoso("issue", "--edition", "仮")
    assert code == 2
    assert "例: kyoso issue --edition 暫定" in err
    code, _, err = kyoso("issue")
    assert (code, "--edition" in err) == (2, True)


def test_a_refusal_has_its_own_code_and_says_where_and_what_to_do(kyoso: Run, settings: Settings) -> None:
    make_release(settings, "one")
    code, out, err = kyoso("issue", "--edition", "確定")
    assert (code, out) == (3, "")
    assert re.search(r"5月31日より後.*\n場所: .*\nすること: .*例: kyoso nightly", err)


def test_the_list_shows_editions_with_the_state_of_their_files(kyoso: Run, settings: Settings) -> None:
    make_release(settings, "one")
    assert "発行した版" not in kyoso("releases")[1]
    kyoso("issue", "--edition", "暫定")
    out = kyoso("releases")[1]
    assert re.search(
        r"令和8年度 暫定版 第1号\s+R8-暫定-01\s+\S+\s+2026-11-20\s+one\s+合格\(0件\)\s+無事", out
    )
    (settings.issued / "ledger.jsonl").unlink()
    assert "R8-暫定-01 は発行台帳にありません" in kyoso("releases")[1]
    assert "R8-暫定-01)を発行台帳に記しました" in kyoso("issue", "--edition", "暫定")[1]


def test_the_difference_is_a_table_for_people_and_csv_for_programs(kyoso: Run, settings: Settings) -> None:
    make_release(settings, "one", value=5)
    kyoso("issue", "--edition", "暫定")
    make_release(settings, "two", "2026-12-01", value=8)
    out = kyoso("releases", "diff", "R8-暫定-01")[1]
    assert "令和8年度 暫定版 第1号(基準日 2026-11-20) → 公開版 two(基準日 2026-12-01)" in out
    assert re.search(r"K1\s+一\s+2026\s+県全体\s+5\s+8\s+3\s+ファイル\s+\+R8/two.xlsx −R8/one.xlsx", out)
    (row,) = csv.DictReader(io.StringIO(kyoso("releases", "diff", "one", "two", "--csv")[1]))
    assert (row["kpi_id"], row["change"], row["files_in"]) == ("K1", "3.0000", "R8/two.xlsx")
    assert "変わったKPIはありません" in kyoso("releases", "diff", "two", "現在")[1]
    code, _, err = kyoso("releases", "diff", "nope")
    assert (code, "nope" in err) == (2, True)
