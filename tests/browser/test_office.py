"""The workbooks in a real office program: it opens them, and finds no error in any cell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.office
CSV_IN_UTF8 = "csv:Text - txt - csv (StarCalc):44,34,76"


def converted(office: str, source: Path, kind: str, folder: Path) -> Path:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", kind, "--outdir", folder, source],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return folder / f"{source.stem}.{kind.split(':', maxsplit=1)[0]}"


def test_it_opens_every_sheet_of_the_report_without_an_error(
    office: str, sample_home: Path, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    source = sample_home / "current" / "reports" / "annual_evaluation.xlsx"
    again = load_workbook(converted(office, source.resolve(), "xlsx", tmp_path))
    original = load_workbook(source)
    assert again.sheetnames == original.sheetnames
    for sheet in again:
        before = original[sheet.title]
        assert sheet.max_row >= before.max_row - 1
        for row in sheet.iter_rows(values_only=True):
            assert not any(
                isinstance(v, str) and v.startswith(("#REF!", "#NAME?", "#VALUE!", "Err:")) for v in row
            )
    kpis = {
        row[1]: row[4] for row in again["6-1 すべてのKPI"].iter_rows(min_row=5, values_only=True) if row[1]
    }
    assert kpis == {
        row[1]: row[4] for row in original["6-1 すべてのKPI"].iter_rows(min_row=5, values_only=True) if row[1]
    }
    assert sum(len(sheet._charts) for sheet in again) == 3


def test_the_word_report_survives_being_saved_again_with_every_table(
    office: str, sample_home: Path, tmp_path: Path
) -> None:
    import docx

    source = (sample_home / "current" / "reports" / "annual_evaluation.docx").resolve()
    original = docx.Document(str(source))
    again = docx.Document(str(converted(office, source, "docx", tmp_path)))
    before, after = ([[c.text for c in t.rows[-1].cells] for t in d.tables] for d in (original, again))
    assert after == before
    assert len(again.inline_shapes) == len(original.inline_shapes) > 0
    headings = [
        [p.text for p in d.paragraphs if p.style and p.style.name == "Heading 1"] for d in (original, again)
    ]
    assert headings[0] == headings[1] != []


def test_the_word_report_is_set_without_a_table_running_off_the_page(
    office: str, sample_home: Path, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    source = (sample_home / "current" / "reports" / "annual_evaluation.docx").resolve()
    pages = [page.extract_text() for page in PdfReader(converted(office, source, "pdf", tmp_path)).pages]
    assert 10 < len(pages) < 60
    assert all("架空データ" in page for page in pages)


def test_it_opens_a_correction_list(office: str, sample_home: Path, tmp_path: Path) -> None:
    (source, *_) = sorted((sample_home / "status" / "修正依頼").rglob("修正依頼.xlsx"))
    text = converted(office, source, CSV_IN_UTF8, tmp_path).read_text(encoding="utf-8")
    assert "修正依頼" in text
    assert "Err:" not in text


def test_it_opens_a_marked_copy_with_its_marks_comments_formulas_and_chart(
    office: str, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    from pipelines.report.correction.copy import CopyJob, mark_up
    from tests.unit.report.test_correction_copy import SHEET, at, saved

    copy = tmp_path / "写し.xlsx"
    mark_up(CopyJob(saved(tmp_path), "報告書.xlsx", (at("B3"), at("C2", severity="warning")), copy))
    again = load_workbook(converted(office, copy, "xlsx", tmp_path / "out"))
    assert again.sheetnames == ["指摘一覧", SHEET]
    sheet = again[SHEET]
    assert (sheet["B3"].fill.fgColor.rgb, sheet["C2"].fill.fgColor.rgb) == ("FFF4B6A6", "FFFBE3A3")
    assert "要確認と聞きました" in sheet["B3"].comment.text
    assert "2月31日は存在しません。" in sheet["B3"].comment.text
    assert len(sheet._charts) == 1
    assert sheet["B2"].number_format.replace("\\", "").replace('"', "") == "#,##0円"
    values = load_workbook(tmp_path / "out" / "写し.xlsx", data_only=True)[SHEET]
    assert values["B4"].value == 1200, "the formula is computed when the copy is opened"


def test_a_form_saved_in_an_old_format_is_marked_in_the_same_cells(office: str, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from pipelines.report.correction.copy import CopyJob, mark_up
    from tests.unit.report.test_correction_copy import SHEET, at, book_of_a_clerk

    plain = tmp_path / "報告書.xlsx"
    book_of_a_clerk().save(plain)
    old = converted(office, plain, "xls", tmp_path / "out")
    mark_up(CopyJob(old, old.name, (at("B3"),), tmp_path / "写し.xlsx"))
    sheet = load_workbook(tmp_path / "写し.xlsx")[SHEET]
    assert sheet["B3"].value == "三千円"
    assert sheet["B3"].comment
    assert sheet["B4"].value == 1200, "the saved result of a formula"
