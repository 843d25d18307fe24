"""Correction lists go out to municipalities: right cells, nothing that runs, nobody else's values."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipelines.report.correction import FOLDER, findings_csv, write_corrections
from pipelines.report.spreadsheet_text import as_typed, safe_text
from tests.conftest import SAMPLE


def finding(**given: Any) -> dict[str, Any]:
    return {
        "finding_id": "f1", "severity": "error", "municipality_code": "304221", "municipality_name": "太地町",
        "source": "visit_log", "dataset": "visit_log__visits", "path": "R8/visit_log/2026-11-05/太地町.xlsx",
        "sheet": "派遣実施報告書", "cell": "D8", "field_label": "実施日", "typed_text": "R8.2.31", "rule": "impossible_date",
        "message": "2月31日は存在しません。", "expected": "和暦または西暦の日付", "example": "R8.6.1", "suggestion": "R9.2.28",
        "submission_key": "k",
    } | given  # fmt: skip


def rows(path: Path) -> list[tuple[Any, ...]]:
    sheet = load_workbook(path)["修正依頼"]
    return [row for row in sheet.iter_rows(min_row=5, values_only=True) if row[0]]


def test_a_list_names_file_sheet_cell_what_was_typed_and_what_is_expected(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    (row,) = rows(tmp_path / FOLDER / "304221_太地町.xlsx")
    assert row == (
        "要修正", "R8/visit_log/2026-11-05/太地町.xlsx", "派遣実施報告書", "D8", "実施日", "R8.2.31",
        "2月31日は存在しません。", "和暦または西暦の日付", "R8.6.1", "R9.2.28",
    )  # fmt: skip


def test_every_cell_named_in_the_sample_holds_what_the_list_says_was_typed(sample_home: Path) -> None:
    listed = rows(sample_home / "status" / FOLDER / "304221_太地町.xlsx")
    assert len(listed) >= 3
    compared = 0
    for _, path, sheet, cell, _, typed, *_ in listed:
        source = load_workbook(SAMPLE / path)
        assert str(source[sheet][cell].value) == typed
        compared += 1
    assert compared == len(listed)


def test_each_municipality_gets_its_own_findings_and_nobody_elses(tmp_path: Path) -> None:
    other = finding(
        finding_id="f2", municipality_code="302015", municipality_name="和歌山市", typed_text="秘密の値"
    )
    write_corrections(tmp_path, [finding(), other])
    names = {p.name for p in (tmp_path / FOLDER).glob("*.xlsx")}
    assert names == {"304221_太地町.xlsx", "302015_和歌山市.xlsx"}
    assert "秘密の値" not in str(rows(tmp_path / FOLDER / "304221_太地町.xlsx"))
    assert "秘密の値" in str(rows(tmp_path / FOLDER / "302015_和歌山市.xlsx"))


def test_values_of_respondents_are_masked_wherever_they_are_listed(sample_home: Path) -> None:
    path = sample_home / "status" / "findings.csv"
    listed = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    answers = [
        f for f in listed if f["dataset"].startswith("survey") and f["field_label"] not in ("", "自治体名")
    ]
    assert answers
    assert all(f["typed_text"].startswith("(") and "表示しません" in f["typed_text"] for f in answers)


def test_a_finding_in_a_csv_file_names_its_cell_too(sample_home: Path) -> None:
    listed = rows(sample_home / "status" / FOLDER / "団体の定まらない資料.xlsx")
    assert [row[3] for row in listed if str(row[1]).endswith(".csv")] == ["C2", "F3"]


def test_what_is_only_information_goes_to_nobody(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding(severity="info")])
    assert not list((tmp_path / FOLDER).glob("*.xlsx"))


def test_a_list_that_is_no_longer_needed_is_taken_away(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    write_corrections(tmp_path, [])
    assert not list((tmp_path / FOLDER).glob("*.xlsx"))


def test_a_list_whose_findings_are_the_same_is_left_as_it_is(tmp_path: Path) -> None:
    write_corrections(tmp_path, [finding()])
    path = tmp_path / FOLDER / "304221_太地町.xlsx"
    before = path.stat().st_mtime_ns
    write_corrections(tmp_path, [finding()])
    assert path.stat().st_mtime_ns == before
    write_corrections(tmp_path, [finding(typed_text="R8.2.30")])
    assert path.stat().st_mtime_ns != before


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_what_was_typed_never_runs_in_the_lists(tmp_path: Path, start: str) -> None:
    typed = f"{start}cmd|'/c calc'!A1"
    write_corrections(tmp_path, [finding(typed_text=typed)])
    cell = load_workbook(tmp_path / FOLDER / "304221_太地町.xlsx")["修正依頼"]["F5"]
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
    sheet = load_workbook(tmp_path / FOLDER / "304221_太地町.xlsx")["修正依頼"]
    assert "架空データ" in sheet["A1"].value
    assert sheet.oddFooter.center.text == "架空データ"
