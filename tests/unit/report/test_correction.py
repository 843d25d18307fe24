"""Correction lists go out to municipalities: right cells, nothing that runs, nobody else's values."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipelines.report.correction import FOLDER, OVERVIEW, Received, findings_csv, write_corrections
from pipelines.report.spreadsheet_text import as_typed, safe_text
from tests.conftest import SAMPLE

TAIJI = f"304221_太地町/{OVERVIEW}"


def finding(**given: Any) -> dict[str, Any]:
    return {
        "finding_id": "f1", "severity": "error", "municipality_code": "304221", "municipality_name": "太地町",
        "source": "visit_log", "dataset": "visit_log__visits", "path": "R8/visit_log/2026-11-05/太地町.xlsx",
        "sheet": "派遣実施報告書", "cell": "D8", "field_label": "実施日", "typed_text": "R8.2.31", "rule": "impossible_date",
        "message": "2月31日は存在しません。", "expected": "和暦または西暦の日付", "example": "R8.6.1", "suggestion": "R9.2.28",
        "state": "new", "file_id": "ab" * 32, "received_date": "2026-11-05", "row": 8, "resolved_by_path": "",
    } | given  # fmt: skip


def rows(path: Path, sheet: str = FOLDER) -> list[tuple[Any, ...]]:
    listed = load_workbook(path)[sheet]
    return [row for row in listed.iter_rows(min_row=6, values_only=True) if row[0]]


def lists(folder: Path) -> set[str]:
    return {p.relative_to(folder / FOLDER).as_posix() for p in (folder / FOLDER).rglob("*.xlsx")}


def test_a_list_names_file_sheet_cell_what_was_typed_and_what_is_expected(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    (row,) = rows(tmp_path / FOLDER / TAIJI)
    assert row == (
        "要修正", "新規", "太地町.xlsx", "派遣実施報告書", "D8", "実施日", "R8.2.31",
        "2月31日は存在しません。", "和暦または西暦の日付", "R8.6.1", "R9.2.28",
    )  # fmt: skip


def test_every_cell_named_in_the_sample_holds_what_the_list_says_was_typed(sample_home: Path) -> None:
    listed = rows(sample_home / "status" / FOLDER / TAIJI)
    assert len(listed) >= 3
    for _, _, name, sheet, cell, _, typed, *_ in listed:
        (source,) = SAMPLE.rglob(name)
        assert str(load_workbook(source)[sheet][cell].value) == typed


def test_each_municipality_gets_its_own_findings_and_nobody_elses(tmp_path: Path) -> None:
    other = finding(
        finding_id="f2", municipality_code="302015", municipality_name="和歌山市", typed_text="秘密の値"
    )
    write_corrections(tmp_path, [finding(), other])
    assert lists(tmp_path) == {TAIJI, f"302015_和歌山市/{OVERVIEW}"}
    assert "秘密の値" not in str(rows(tmp_path / FOLDER / TAIJI))
    assert "秘密の値" in str(rows(tmp_path / FOLDER / f"302015_和歌山市/{OVERVIEW}"))


@pytest.mark.parametrize(
    ("source", "folder"), [("register", "県の資料"), ("visit_log", "団体の定まらない資料")]
)
def test_what_names_no_municipality_goes_to_the_prefecture(tmp_path: Path, source: str, folder: str) -> None:
    write_corrections(tmp_path, [finding(municipality_code=None, municipality_name="", source=source)])
    assert lists(tmp_path) == {f"{folder}/{OVERVIEW}"}


def test_values_of_respondents_are_masked_wherever_they_are_listed(sample_home: Path) -> None:
    path = sample_home / "status" / "findings.csv"
    listed = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    answers = [
        f for f in listed if f["dataset"].startswith("survey") and f["field_label"] not in ("", "自治体名")
    ]
    assert answers
    assert all(f["typed_text"].startswith("(") and "表示しません" in f["typed_text"] for f in answers)


def test_a_finding_in_a_csv_file_names_its_cell_too(sample_home: Path) -> None:
    listed = rows(sample_home / "status" / FOLDER / "県の資料" / OVERVIEW)
    assert [row[4] for row in listed if str(row[2]).endswith(".csv")] == ["C2", "F3"]


def test_what_is_only_information_goes_to_nobody(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding(severity="info")])
    assert not lists(tmp_path)


def test_a_list_that_is_no_longer_needed_is_taken_away_with_its_copies(tmp_path: Path) -> None:
    source = tmp_path / "archived"
    source.write_bytes(b"%PDF-1.7")
    write_corrections(tmp_path, [finding()], (), Received(lambda _: source))
    assert lists(tmp_path) == {TAIJI, "304221_太地町/2026-11-05_太地町.xlsx"}
    write_corrections(tmp_path, [])
    assert [p.name for p in (tmp_path / FOLDER).iterdir()] == [".contents.json"]


def test_what_others_put_beside_the_requests_stays(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    folder = tmp_path / FOLDER
    (folder / "304221_太地町" / "返信.xlsx").write_bytes(b"theirs")
    (folder / "302023_海南市.xlsx").write_bytes(b"a list of an older program")
    (folder / "304221_太地町" / "2026-01-01_x.xlsx.part").write_bytes(b"of a killed worker")
    write_corrections(tmp_path, [])
    assert lists(tmp_path) == {"304221_太地町/返信.xlsx"}
    assert not list(folder.rglob("*.part"))


def test_old_requests_go_even_when_their_contents_are_lost(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    (tmp_path / FOLDER / ".contents.json").write_text("torn", encoding="utf-8")
    write_corrections(tmp_path, [finding(municipality_code="302023", municipality_name="海南市")])
    assert lists(tmp_path) == {f"302023_海南市/{OVERVIEW}"}


def test_a_list_whose_findings_are_the_same_is_left_as_it_is(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    path = tmp_path / FOLDER / TAIJI
    before = path.stat().st_mtime_ns
    write_corrections(tmp_path, [finding()])
    assert path.stat().st_mtime_ns == before
    write_corrections(tmp_path, [finding(typed_text="R8.2.30")])
    assert path.stat().st_mtime_ns != before


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_what_was_typed_never_runs_in_the_lists(tmp_path: Path, start: str) -> None:
    typed = f"{start}cmd|'/c calc'!A1"
    write_corrections(tmp_path, [finding(typed_text=typed)])
    cell = load_workbook(tmp_path / FOLDER / TAIJI)[FOLDER]["G6"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    text = (tmp_path / "findings.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["typed_text"] == f"'{typed}"
    assert as_typed(row["typed_text"]) == typed


def test_an_apostrophe_of_the_writers_own_is_kept() -> None:
    assert as_typed(safe_text("'quoted")) == "'quoted"
    assert findings_csv([]) == ""


def test_lists_of_fictional_data_say_so_on_screen_and_in_print(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()], is_sample=True)
    sheet = load_workbook(tmp_path / FOLDER / TAIJI)[FOLDER]
    assert "架空データ" in sheet["A1"].value
    assert sheet.oddFooter.center.text == "架空データ"


def test_what_a_re_sent_file_resolved_is_shown_beside_what_is_still_open_and_new(tmp_path: Path) -> None:
    still = finding(state="unresolved", typed_text="まだ")
    new = finding(finding_id="f2", typed_text="新しい")
    gone = finding(
        finding_id="f0", state="resolved", typed_text="直った", resolved_by_path="R8/x/太地町_訂正.xlsx"
    )
    write_corrections(tmp_path, [still, new], [gone])
    path = tmp_path / FOLDER / TAIJI
    changes = [(r[0], r[3], r[7]) for r in rows(path, "前回からの変化")]
    assert changes == [
        ("解決済み", "太地町_訂正.xlsx", "直った"), ("未解決", None, "まだ"), ("新規", None, "新しい"),
    ]  # fmt: skip
    answer = load_workbook(path)[FOLDER]["A2"].value
    assert "要修正が2件" in answer
    assert "1件は前回からの未解決です" in answer
    assert "1件は、再提出で解決しました" in answer


def test_who_has_corrected_everything_is_told_so(tmp_path: Path) -> None:
    write_corrections(tmp_path, [], [finding(state="resolved")])
    book = load_workbook(tmp_path / FOLDER / TAIJI)
    assert "直すところはありません。前回の指摘のうち1件は、再提出で解決しました。" in book[FOLDER]["A2"].value
    assert not rows(tmp_path / FOLDER / TAIJI)


def test_each_line_opens_the_copy_beside_the_list(tmp_path: Path) -> None:
    source = tmp_path / "archived"
    source.write_bytes("団体名,海南市\r\n".encode())
    name = "R8/visit_log/2026-11-05/太地町 #1 [最終] 50%.csv"
    write_corrections(tmp_path, [finding(path=name)], (), Received(lambda _: source))
    link = load_workbook(tmp_path / FOLDER / TAIJI)[FOLDER]["E6"].hyperlink
    from urllib.parse import unquote

    assert (tmp_path / FOLDER / "304221_太地町" / unquote(link.target)).exists()
    assert link.target == "2026-11-05_太地町%20_1%20_最終_%2050_.xlsx"
    assert link.location == "'派遣実施報告書'!D8"


def test_a_file_about_two_municipalities_is_shown_whole_to_neither(tmp_path: Path) -> None:
    source = tmp_path / "archived"
    source.write_bytes("団体名,海南市\r\n".encode())
    other = finding(finding_id="f2", municipality_code="302023", municipality_name="海南市", cell="D9")
    write_corrections(tmp_path, [finding(), other], (), Received(lambda _: source))
    several = "複数の団体の資料"
    assert lists(tmp_path) == {
        TAIJI, f"302023_海南市/{OVERVIEW}", f"{several}/{OVERVIEW}", f"{several}/2026-11-05_太地町.xlsx"
    }  # fmt: skip
    assert len(rows(tmp_path / FOLDER / several / OVERVIEW)) == 2
    book = load_workbook(tmp_path / FOLDER / TAIJI)
    assert book[FOLDER]["E6"].hyperlink is None
    assert "写しは県の担当者が持っています" in book["ファイル"]["F6"].value
    named = {"ab" * 32: frozenset({"304221", "302023"})}
    write_corrections(tmp_path, [finding()], (), Received(lambda _: source, named))
    assert "複数の団体の資料/2026-11-05_太地町.xlsx" in lists(tmp_path), "rows without findings count too"


def test_two_files_of_one_name_and_day_have_a_copy_each(tmp_path: Path) -> None:
    source = tmp_path / "archived"
    source.write_bytes("団体名,海南市\r\n".encode())
    other = finding(finding_id="f2", file_id="cd" * 32, path="R8/visit_log/x/2026-11-05/太地町.csv")
    write_corrections(tmp_path, [finding(), other], (), Received(lambda _: source))
    assert lists(tmp_path) == {
        TAIJI, "304221_太地町/2026-11-05_太地町.xlsx", "304221_太地町/2026-11-05_太地町_2.xlsx"
    }  # fmt: skip
