"""The workbook people calculate with: the marts' numbers as numbers, text that runs nothing, links that arrive."""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.document import Cell, Column, Report, Section, Table
from pipelines.report.workbook import write_workbook
from tests.unit.report.reading import Rows

HEADING_ROW = 4


def sheet_of(book: Any, title: str) -> Any:
    (name,) = [name for name in book.sheetnames if name.split(" ", 1)[-1] == title]
    return book[name]


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    headings = [cell.value for cell in sheet[HEADING_ROW]]
    rows = []
    for row in sheet.iter_rows(min_row=HEADING_ROW + 1, values_only=True):
        if not any(row):
            break
        rows.append(dict(zip(headings, row, strict=True)))
    return rows


def is_same(cell: object, value: Decimal | int | None) -> bool:
    """A cell holds a number as a double; the mart has four decimals."""
    if value is None:
        return cell == "－"
    return isinstance(cell, int | float) and abs(Decimal(str(cell)) - value) < Decimal("0.00005")


def test_every_kpi_in_the_workbook_is_the_marts_number(book: Any, marts: Rows) -> None:
    shown = {row["番号"]: row for row in rows_of(sheet_of(book, "すべてのKPI"))}
    kpis = marts.kpis()
    assert list(shown) == sorted(shown, key=list(shown).index)
    assert set(shown) == {k["kpi_id"] for k in kpis}
    for k in kpis:
        row = shown[k["kpi_id"]]
        assert (row["KPI"], row["単位"], row["判定"]) == (k["name_ja"], k["unit"], k["status"])
        for heading, column in (
            ("値", "value"),
            ("目標", "target"),
            ("分母", "denominator"),
            ("前年度", "previous_value"),
        ):
            assert is_same(row[heading], k[column]), (k["kpi_id"], heading)
        assert row["分子"] == "中央値" or is_same(row["分子"], k["numerator"])
        if k["value"] is not None and k["previous_value"] is not None:
            assert is_same(row["前年差"], k["value"] - k["previous_value"])


def test_every_stage_in_the_workbook_is_the_marts(book: Any, marts: Rows) -> None:
    names = {"co_creation": "共創", "collaboration": "協働", "below": "協働未達", None: "－"}
    rows = rows_of(sheet_of(book, "団体別の段階"))
    expected = marts("select * from mart_stage where fiscal_year = 2026 order by municipality_code")
    assert len(rows) == len(expected) == 30
    past = marts("select * from mart_stage where fiscal_year = 2025 order by municipality_code")
    for row, mart, before in zip(rows, expected, past, strict=True):
        assert row["団体"] == mart["municipality_name"]
        assert row["R8 裏付け"] == names[mart["stage"]]
        assert row["評点のみ"] == names[mart["claimed_stage"]]
        assert row["公表"] == names[mart["published_stage"]]
        assert row["R7"] == names[before["stage"]]
        assert (row["要確認"] == "要確認") == bool(mart["is_to_confirm"])


def test_every_dispatch_in_the_workbook_is_the_marts(book: Any, marts: Rows) -> None:
    rows, results = (
        rows_of(sheet_of(book, "団体別の派遣")),
        rows_of(sheet_of(book, "団体別の中止・目標・成果物・費用")),
    )
    expected = marts(
        "select * from mart_dispatch_utilisation where fiscal_year = 2026 order by municipality_code"
    )
    assert len(rows) == len(results) == len(expected) == 10
    columns = {"計画(人回)": "due_visit_count", "実績(人回)": "delivered_visit_count", "実施率(%)": "utilisation_pct",
               "団体日(日)": "municipality_day_count", "現地率(%)": "onsite_pct", "訪問なし(月)": "missed_month_count"}  # fmt: skip
    more = {"市町村都合の中止(件)": "cancelled_by_municipality_count", "人材都合の中止(件)": "cancelled_by_talent_count",
            "延期(件)": "postponed_count", "合意した目標(件)": "goal_count", "うち達成(件)": "attained_goal_count",
            "成果物(件)": "deliverable_count", "うち採用(件)": "adopted_deliverable_count",
            "1人回の費用(円)": "cost_per_visit_jpy", "現地1日の費用(円)": "cost_per_onsite_day_jpy"}  # fmt: skip
    for row, result, mart in zip(rows, results, expected, strict=True):
        assert row["団体"] == result["団体"] == mart["municipality_name"]
        assert all(is_same(row[heading], mart[name]) for heading, name in columns.items())
        assert all(is_same(result[heading], mart[name]) for heading, name in more.items())


def test_every_yen_of_cost_is_the_marts_and_the_total_their_sum(book: Any, marts: Rows) -> None:
    rows = rows_of(sheet_of(book, "経費"))
    expected = marts("select * from mart_programme_cost where fiscal_year = 2026")
    assert rows[-1]["事業"] == "計"
    assert (
        rows[-1]["予算(円)"]
        == sum(r["予算(円)"] for r in rows[:-1])
        == sum(e["budget_jpy"] for e in expected)
    )


def test_a_number_reads_in_the_cell_as_it_reads_in_print(book: Any) -> None:
    for row in sheet_of(book, "すべてのKPI").iter_rows(min_row=HEADING_ROW + 1):
        if isinstance(row[4].value, int | float):
            assert row[4].number_format.split(";")[1].startswith('"▲"' if row[3].value == "円" else '"−"')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_text_from_outside_never_runs_as_a_formula(report: Report, tmp_path: Path, start: str) -> None:
    from dataclasses import replace

    from openpyxl import load_workbook

    text = f'{start}HYPERLINK("http://example.invalid","押す")'
    table = Table("t", text, (Column(text),), ((Cell(text),),), note=text, empty_reason="該当なし。")
    small = replace(report, sections=(Section("s", "章", (table,)),), evidence=())
    book = load_workbook(write_workbook(small, tmp_path / "w.xlsx"))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(start.strip() or "HYPERLINK"):
                    assert cell.quotePrefix or not start.strip()
    with zipfile.ZipFile(tmp_path / "w.xlsx") as archive:
        assert not any(
            b"<f>" in archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/sheet")
        )


def test_charts_are_native_and_draw_the_cells_beside_them(book: Any, documents: Path) -> None:
    with zipfile.ZipFile(documents / "annual_evaluation.xlsx") as archive:
        charts = [
            archive.read(n).decode() for n in archive.namelist() if re.match(r"xl/charts/chart\d+\.xml", n)
        ]
    references = [ref for chart in charts for ref in re.findall(r"<(?:c:)?f>(.*?)</(?:c:)?f>", chart)]
    assert len(charts) == 3
    assert len(references) >= 12
    for reference in references:
        name, cells = re.fullmatch(r"'(.+)'!(.+)", reference).groups()  # type: ignore[union-attr]
        found = book[name][cells.replace("$", "")]
        values = [c.value for row in found for c in row] if isinstance(found, tuple) else [found.value]
        assert values
        assert all(value is not None for value in values)


def test_every_link_arrives_where_it_says(book: Any) -> None:
    count = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    name, target = re.fullmatch(r"'(.+)'!(A\d+)", cell.hyperlink.location).groups()  # type: ignore[union-attr]
                    arrived = book[name][target].value
                    assert arrived
                    if name == "証跡" and re.fullmatch(r"[A-Z]\d+", str(cell.value)):
                        assert arrived == cell.value
                    count += 1
    assert count > 100


def test_the_evidence_has_the_rows_the_mart_counts(book: Any, marts: Rows) -> None:
    counts = marts(
        "select kpi_id, count(*) as n from mart_kpi_evidence where fiscal_year = 2026 and municipality_code is null group by 1"
    )
    expected = {c["kpi_id"]: c["n"] for c in counts}
    for row in book["証跡"].iter_rows(min_row=HEADING_ROW + 1, values_only=True):
        if row[1] is not None and row[0].startswith("K"):
            said = int(re.match(r"計([\d,]+)行", row[4])[1].replace(",", ""))  # type: ignore[index]
            assert said == expected.get(row[0], 0), row[0]


def test_every_sheet_says_that_the_data_are_fictional(book: Any) -> None:
    for sheet in book:
        if sheet.title == "数値データ":
            assert {row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)} == {"架空データ"}
        else:
            assert sheet["A2"].value.startswith("【架空データ】")
        assert sheet.oddFooter.center.text == "架空データ"


def test_no_sheet_is_wider_than_a_page_in_print(book: Any) -> None:
    for sheet in book:
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_evidence_shows_what_was_typed_as_the_other_forms_do(book: Any, report: Report) -> None:
    shown = [
        row for row in book["証跡"].iter_rows(min_row=HEADING_ROW + 1, values_only=True) if row[1] is None
    ]
    expected = [
        (e.subject_id, row.path, row.sheet, row.cell, row.field_label, row.text)
        for e in report.evidence
        for row in e.rows[:200]
    ]
    assert [(row[0], row[5], row[6] or "", row[7], row[8], row[9] or "") for row in shown] == expected
    assert {"非表示", "3"} <= {row[9] for row in shown}
