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
        row[1]: row[4] for row in again["4-1 すべてのKPI"].iter_rows(min_row=5, values_only=True) if row[1]
    }
    assert kpis == {
        row[1]: row[4] for row in original["4-1 すべてのKPI"].iter_rows(min_row=5, values_only=True) if row[1]
    }
    assert sum(len(sheet._charts) for sheet in again) == 3


def test_it_opens_a_correction_list(office: str, sample_home: Path, tmp_path: Path) -> None:
    (source, *_) = sorted((sample_home / "status" / "修正依頼").glob("*.xlsx"))
    text = converted(office, source, CSV_IN_UTF8, tmp_path).read_text(encoding="utf-8")
    assert "修正依頼" in text
    assert "Err:" not in text
