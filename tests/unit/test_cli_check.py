"""`kyoso check`, as a clerk uses it: answers in words, a copy beside the file, nothing of theirs overwritten."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipelines import cli
from tests.conftest import run_kyoso
from tests.unit.ingest.conform.forms import visit
from tests.unit.ingest.received import form

WRONG = [visit(1), visit(2, visit_date="R8.2.31")]
CLEAN, USAGE, FINDINGS = 0, 2, 3
Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """`kyoso check` in this process: exit code, what it printed, and its errors."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kyoso", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a clerk, without home, key or network settings."""
    folder = tmp_path / "机の上"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("KYOSO_HOME", raising=False)
    return folder


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_clean_file_is_praised_and_leaves_nothing_behind(desk: Path, check: Check) -> None:
    put(desk / "報告書.csv", form([visit(1)]))
    code, out, err = check("報告書.csv")
    assert (code, err) == (CLEAN, "")
    assert "直すところはありません。" in out
    assert [p.name for p in desk.iterdir()] == ["報告書.csv"]
    assert not (desk.parent / "nowhere").exists(), "no key is made"


def test_findings_say_where_what_and_how_and_a_copy_lies_beside_the_file(desk: Path, check: Check) -> None:
    put(desk / "報告書.csv", form(WRONG))
    code, out, _ = check("報告書.csv")
    assert code == FINDINGS
    for said in (
        "[要修正]",
        "CSV!D9 実施日",
        "「R8.2.31」",
        "2月31日は存在しません。",
        "正しい書き方",
        "例:",
        "報告書_確認結果.xlsx",
    ):
        assert said in out
    assert load_workbook(desk / "報告書_確認結果.xlsx")["CSV"]["D9"].comment
    assert len(out.splitlines()) <= 24, "one screen"


def test_a_thousand_alike_are_one_entry_on_the_screen_and_all_are_in_the_copy(
    desk: Path, check: Check
) -> None:
    put(desk / "報告書.csv", form([visit(n, visit_date="R8.2.31") for n in range(1, 301)]))
    code, out, _ = check("報告書.csv")
    assert code == FINDINGS
    assert out.count("[要修正]") == 1
    assert "ほか294件" in out
    marked = load_workbook(desk / "報告書_確認結果.xlsx")["CSV"]
    assert sum(bool(marked.cell(row, 4).comment) for row in range(8, 308)) >= 200


def test_an_earlier_copy_is_never_overwritten_and_the_same_one_not_made_twice(
    desk: Path, check: Check
) -> None:
    put(desk / "報告書.csv", form(WRONG))
    mine = put(desk / "報告書_確認結果.xlsx", b"mine")
    _, out, _ = check("報告書.csv")
    assert mine.read_bytes() == b"mine"
    assert "報告書_確認結果 (2).xlsx" in out
    check("報告書.csv")
    assert sorted(p.name for p in desk.iterdir()) == [
        "報告書.csv", "報告書_確認結果 (2).xlsx", "報告書_確認結果.xlsx"
    ]  # fmt: skip


def test_a_folder_is_searched_and_copies_of_earlier_checks_are_not_checked(desk: Path, check: Check) -> None:
    put(desk / "a" / "報告書.csv", form(WRONG))
    put(desk / "a" / "b" / "正しい.csv", form([visit(1)]))
    put(desk / "a" / ".~lock.x#", b"x")
    put(desk / "a" / "~$報告書.xlsx", b"x")
    check("a")
    code, out, _ = check("a")
    assert code == FINDINGS
    assert [line for line in out.splitlines() if line.startswith("■")] == ["■ 報告書.csv", "■ 正しい.csv"]
    assert "2件のうち、直すか確かめるもの 1件、直すところのないもの 1件" in out


def test_copies_go_where_they_are_told(desk: Path, check: Check) -> None:
    put(desk / "報告書.csv", form(WRONG))
    check("報告書.csv", "--out", "結果/6月")
    assert (desk / "結果" / "6月" / "報告書_確認結果.xlsx").exists()
    assert not list(desk.glob("*.xlsx"))


def test_every_member_of_a_zip_gets_its_copy(desk: Path, check: Check) -> None:
    with zipfile.ZipFile(desk / "6月分.zip", "w") as archive:
        archive.writestr("海南市.csv", form(WRONG))
        archive.writestr("有田市.csv", form([visit(1)], town="有田市"))
    code, out, _ = check("6月分.zip")
    assert code == FINDINGS
    assert "海南市.csv" in out
    assert load_workbook(desk / "6月分_確認結果_海南市.xlsx")["CSV"]["D9"].comment
    assert not (desk / "6月分_確認結果_有田市.xlsx").exists()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda d: d / "ない.xlsx", "ファイルがありません。"),
        (lambda d: (d / "空").mkdir() or d / "空", "確かめるファイルがありません。"),
        (lambda d: os.mkfifo(d / "管") or d / "管", "ふつうのファイルではありません。"),
    ],
    ids=["missing", "empty-folder", "pipe"],
)
def test_what_is_no_file_is_named_and_the_others_are_checked_all_the_same(
    desk: Path,
    check: Check,
    make: Callable[[Path], Path],
    said: str,
) -> None:
    put(desk / "報告書.csv", form([visit(1)]))
    code, out, err = check(make(desk), "報告書.csv")
    assert code == USAGE
    assert said in err
    assert "■ 報告書.csv" in out


def test_an_unknown_source_is_answered_with_the_known_ones(desk: Path, check: Check) -> None:
    put(desk / "報告書.csv", form())
    code, _, err = check("報告書.csv", "--source", "visits")
    assert code == USAGE
    assert "visit_log" in err


def test_a_copy_that_cannot_be_written_is_told_and_the_findings_stand(desk: Path, check: Check) -> None:
    put(desk / "報告書.csv", form(WRONG))
    put(desk / "結果", b"a file")
    code, _, err = check("報告書.csv", "--out", "結果")
    assert code == USAGE
    assert "写しを置くフォルダを作れません" in err


def test_the_real_files_all_end_in_words(real_files: Path, tmp_path: Path) -> None:
    ran = run_kyoso("check", real_files, "--out", tmp_path / "out")
    assert ran.returncode == FINDINGS
    assert "Traceback" not in ran.stdout + ran.stderr
    assert ran.stderr == ""
    files = [p for p in real_files.rglob("*") if p.is_file()]
    assert ran.stdout.count("■ ") == len(files)
    assert not list(real_files.rglob("*確認結果*"))
    shown = {line[2:]: part for part in ran.stdout.split("■")[1:] for line in ["■" + part.splitlines()[0]]}
    assert "パスワードで保護されている" in shown["pass_protected.xlsx"]
    assert "チャット活動記録" in shown["slack_export_testarchive.zip"]


def test_a_name_that_is_no_text_is_shown_as_windows_meant_it(desk: Path) -> None:
    name = os.fsdecode("海南.csv".encode("cp932"))
    put(desk / name, form(WRONG))
    ran = run_kyoso("check", desk, PYTHONIOENCODING="utf-8:strict")
    assert ran.returncode == FINDINGS, ran.stderr
    assert "■ 海南.csv" in ran.stdout
    assert (desk / "海南_確認結果.xlsx").exists()


def test_a_corrected_copy_passes(desk: Path, check: Check) -> None:
    put(desk / "報告書.csv", form(WRONG))
    check("報告書.csv")
    copy = desk / "報告書_確認結果.xlsx"
    book = load_workbook(copy)
    book["CSV"]["D9"] = "R8.6.3"
    book.save(copy)
    code, out, _ = check(copy)
    assert code == CLEAN, out
