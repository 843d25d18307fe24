"""Forms in a real office program: it opens them whole, and its reading of the rules is ours."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.ingest.contracts import Field, all_datasets
from pipelines.report.form import form_bytes
from pipelines.report.form.rules import number_format, validation
from tests.unit.report.form_filling import YEAR, Entry, fill, plan_of, read_back

pytestmark = [pytest.mark.office, pytest.mark.slow]
VISITS = all_datasets()["visit_log__visits"]
CSV_IN_UTF8 = "csv:Text - txt - csv (StarCalc):44,34,76"
# parser, what is typed, and whether the form lets it pass without a question.
CASES: list[tuple[str, Any, bool]] = [
    *(
        ("date", text, True)
        for text in ("R8.6.1", "r8.6.1", "Ｒ８．６．１", "令和8年6月1日", "令和元年5月1日")
    ),
    *(
        ("date", text, True)
        for text in ("㋿8.6.1", "H31/4/30", "令8.6.1", "平成三十一年四月三十日", "2026/6/1")
    ),
    *(("date", text, True) for text in ("2026年6月1日", "2026-06-01", "令和8年(2026年)6月1日", "S63.12.1")),
    ("date", datetime(2026, 6, 1), True),
    ("date", datetime(2008, 6, 1), False),
    ("date", 20260601, False),
    ("date", "8.6.1", False),
    ("date", "6/1", False),
    ("date", "未定", False),
    ("date", "6月1日頃", False),
    *(("month", text, True) for text in ("R8.6", "令和8年6月", "2026-06", "令和8年(2026年)6月", "㋿8.6")),
    ("month", datetime(2026, 6, 1), True),
    ("month", 8.6, False),
    ("month", "6月", False),
    ("time", "13:30", True),
    ("time", "午後1時半", True),
    ("time", timedelta(hours=25), True),
    ("time", 1330, False),
    ("fiscal_year", "令和8年度", True),
    ("fiscal_year", 2026, True),
    ("fiscal_year", 8, False),
    *(("area_code", text, ok) for text, ok in (("302023", True), ("012025", True), ("302024", False))),
    *(("area_code", text, False) for text in ("30202", "海南市の数")),
    ("corporate_number", "4000020300004", True),
    ("corporate_number", "4000020300005", False),
    ("corporate_number", "400002030000", False),
]


@pytest.fixture(scope="module")
def office() -> str:
    path = shutil.which("soffice")
    if path is None:
        pytest.skip("no LibreOffice on this machine")
    return path


def converted(office: str, source: Path, kind: str, folder: Path) -> Path:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    folder.mkdir(exist_ok=True)
    subprocess.run(
        [office, profile, "--headless", "--convert-to", kind, "--outdir", folder, source],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return folder / f"{source.stem}.{kind.split(':', maxsplit=1)[0]}"


def field_of(parser: str) -> Field:
    return Field("x", "欄", parser, False, False, "organisation", "", "", False, {})


def test_the_rules_let_pass_what_is_correct_and_ask_about_what_is_not(office: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row, (parser, typed, _) in enumerate(CASES, start=1):
        cell = sheet.cell(row, 1)
        cell.value, cell.number_format = typed, number_format(field_of(parser))
        rule = validation(field_of(parser), cell.coordinate, {}, YEAR)
        sheet.cell(row, 2).value = f'=IF(IFERROR({rule.formula1},FALSE()),"pass","ask")'
    path = tmp_path / "rules.xlsx"
    book.save(path)
    found = converted(office, path, CSV_IN_UTF8, tmp_path / "out").read_text(encoding="utf-8")
    answers = [line[1] for line in csv.reader(found.splitlines())]
    assert list(zip(CASES, answers, strict=True)) == [(c, "pass" if c[2] else "ask") for c in CASES]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_filled_form_saved_by_another_program_still_reads_without_a_finding(
    office: str, kind: str, tmp_path: Path
) -> None:
    """The side sheets are known again, and nothing of what was typed is lost."""
    plan = plan_of(VISITS, municipality_code="302023", month=date(2026, 10, 1))
    line = {f.name: Entry(_typed(f), None) for f in VISITS.columns}
    path = tmp_path / "form.xlsx"
    path.write_bytes(fill(form_bytes(plan), plan, {"visit_kind": Entry("派遣", None)}, [line]))
    saved = converted(office, path, kind, tmp_path / "out")
    outcome = read_back(saved.read_bytes(), VISITS, tmp_path)
    assert [(f.sheet, f.cell, f.rule) for f in outcome.findings] == []
    (row,) = outcome.rows[VISITS.name]
    assert (row["visit_date"], row["start_minute"]) == (date(2026, 10, 5), 810)
    if kind == "xlsx":
        again = openpyxl.load_workbook(saved)
        assert again.sheetnames == [VISITS.label, "記入例", "記入要領", "コード表"]
        assert len(again.worksheets[0].data_validations.dataValidation) == len(VISITS.fields)


def _typed(field: Field) -> Any:
    from pipelines.report.form.table_sheet import example_value

    special = {"visit_date": datetime(2026, 10, 5), "start_minute": timedelta(hours=13, minutes=30)}
    return special.get(field.name, example_value(field, YEAR))
