"""The dictionary as a workbook that programs read: one heading row, a record per row, nothing merged."""

from __future__ import annotations

import io
from typing import Any

import pytest

from pipelines.ingest.contracts import all_datasets
from pipelines.report.dictionary.book import dictionary_book
from pipelines.report.dictionary.catalogue import catalogue


@pytest.fixture(scope="module")
def book() -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(dictionary_book()))


def records(sheet: Any) -> list[dict[str, Any]]:
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_every_sheet_is_one_list(book: Any) -> None:
    assert book.sheetnames == ["表", "列", "KPI", "資料の項目", "コード", "問い合わせ"]
    for sheet in book:
        headings = [cell.value for cell in sheet[1]]
        assert None not in headings
        assert len(set(headings)) == len(headings)
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert not sheet.merged_cells.ranges
        assert all(row[0].value is not None for row in sheet.iter_rows(min_row=2))
        assert [c.coordinate for row in sheet for c in row if c.data_type == "f"] == []


def test_it_lists_what_the_page_shows(book: Any) -> None:
    known = catalogue()
    assert [r["表"] for r in records(book["表"])] == [t.name for t in known.tables]
    assert [(r["表"], r["列"]) for r in records(book["列"])] == [
        (t.name, c.name) for t in known.tables for c in t.columns
    ]
    assert [r["KPI"] for r in records(book["KPI"])] == [k.kpi_id for k in known.kpis]
    assert len(records(book["資料の項目"])) == sum(len(d.fields) for d in all_datasets().values())


def test_a_column_says_its_codes_its_unit_and_whether_it_is_part_of_the_key(book: Any) -> None:
    of = {(r["表"], r["列"]): r for r in records(book["列"])}
    evidence = of["mart_joint_procurement", "evidence_class"]
    assert evidence["コード"] == "measured=実測、self_reported=自己申告、estimated=試算"
    assert evidence["キー"] == "○"
    assert of["mart_joint_procurement", "saving_jpy"]["単位"] == "円"
    assert of["mart_dispatch_month", "delivered_visit_count"]["単位"] == "人回"
    assert of["mart_kpi", "value"]["単位"] is None
