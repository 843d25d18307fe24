"""The HTML file on a file share: the marts' numbers, nothing from anywhere else, evidence behind every figure."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.report.reading import Page, Rows, written


def test_every_kpi_on_the_page_is_the_marts_number(page: Page, marts: Rows) -> None:
    shown = {row[0]: row for row in page.tables["kpis"] if re.fullmatch(r"K\d{3}", row[0])}
    kpis = marts.kpis()
    assert len(shown) == len(kpis)
    for k in kpis:
        row = shown[k["kpi_id"]]
        assert row[1:4] == [k["name_ja"], k["unit"], written(k["value"], k["decimals"], k["unit"])]
        assert row[7] == written(k["previous_value"], k["decimals"], k["unit"])
        assert row[9] == k["status"]


def test_every_saving_on_the_page_is_the_marts(page: Page, marts: Rows) -> None:
    rows = page.tables["joint_procurement"][1:]
    expected = marts(
        "select * from mart_joint_procurement where fiscal_year = 2026 order by case_id, evidence_class"
    )
    assert [r[0] for r in rows] == [e["case_id"] for e in expected]
    assert [r[8] for r in rows] == [written(e["saving_jpy"], 0, "円") for e in expected]


def test_the_calendar_on_the_page_adds_up_to_the_mart(page: Page, marts: Rows) -> None:
    (total,) = marts(
        "select sum(delivered_visit_count) as n from mart_dispatch_month where fiscal_year = 2026"
    )
    cells = [cell for row in page.tables["calendar"][1:] for cell in row[1:]]
    assert sum(int(m[1]) for cell in cells if (m := re.match(r"[×▽]?(\d+)/", cell))) == total["n"]


def test_nothing_on_the_page_comes_from_anywhere(page: Page) -> None:
    assert "default-src 'none'" in page.html
    assert "<script" not in page.html
    assert page.references
    assert all(value.startswith("#") for _, value in page.references)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/)", page.html)


def test_every_kpi_opens_its_evidence(page: Page, marts: Rows) -> None:
    assert {f"evidence-{k['kpi_id']}" for k in marts.kpis()} <= page.ids
    assert all(link[1:] in page.ids for link in page.links)


def test_the_page_says_on_its_face_and_on_every_print_that_the_data_are_fictional(page: Page) -> None:
    assert "架空データ" in re.search(r"<title>(.*?)</title>", page.html)[1]  # type: ignore[index]
    assert re.search(r'@bottom-center \{ content: "架空データ"', page.html)
    assert page.text.count("架空データ") >= 3


def test_names_from_outside_stay_text(page: Page, documents: Path) -> None:
    assert not re.search(r"&lt;(svg|span)", page.html)
    assert "None" not in page.text
