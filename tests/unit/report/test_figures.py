"""Figures are drawn from the tables behind them, and say in words what they show."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from pipelines.report.document import Cell, Column, Figure, Report, Section, Table
from pipelines.report.figures import PAINTERS, draw
from pipelines.report.figures.svg import HALF_WIDTH
from pipelines.report.wording import NO_VALUE, number_cell

SVG = "{http://www.w3.org/2000/svg}"
HEADINGS = {
    "tile_map": ("団体", "段階", "要確認", "派遣", "列", "行"),
    "utilisation": ("団体", "実績(人回)", "計画(人回、基準日まで)", "実施率(%)", "目標(%)"),
    "monthly": ("月", "計画(人回)", "うち基準日まで", "実績(人回)", "現地訪問のない団体"),
    "movement": ("年度", "協働未達", "協働", "共創", "うち要確認"),
    "effect": ("推定", "差(点)", "下限", "上限", "検出できる最小", "見合う最小"),
}


def figure(key: str, *rows: tuple[object, ...]) -> Figure:
    columns = tuple(Column(label) for label in HEADINGS[key])
    cells = tuple(
        tuple(
            value if isinstance(value, Cell)
            else Cell(value) if isinstance(value, str)
            else number_cell(value)  # type: ignore[arg-type]
            for value in row
        )
        for row in rows
    )  # fmt: skip
    return Figure(
        key, f"{key}の題", f"{key}の説明", Table(key, key, columns, cells, empty_reason="該当なし。")
    )


def drawn(key: str, *rows: tuple[object, ...]) -> ET.Element:
    return ET.fromstring(PAINTERS[key](figure(key, *rows)).svg("題", "説明<&>"))


def words(svg: ET.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


def test_every_figure_of_the_report_is_drawn_and_says_what_it_shows(report: Report) -> None:
    figures = [b for s in report.sections for b in s.blocks if isinstance(b, Figure) and b.key in PAINTERS]
    assert {f.key for f in figures} == set(PAINTERS)
    for block in figures:
        svg = ET.fromstring(block.svg)
        assert svg.get("role") == "img"
        assert svg.findtext(f"{SVG}title") == block.title
        assert svg.findtext(f"{SVG}desc") == block.alt
        assert len(block.alt) > 30


def test_nothing_is_drawn_outside_the_picture_nor_at_no_place(report: Report) -> None:
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Figure) and block.svg:
                assert not re.search(r"nan|None|inf", block.svg)
                _, _, width, height = map(float, ET.fromstring(block.svg).attrib["viewBox"].split())
                for element in ET.fromstring(block.svg).iter():
                    for name, limit in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                        if name in element.attrib:
                            assert 0 <= float(element.attrib[name]) <= limit


def test_every_municipality_stands_once_on_the_map_and_its_name_fits_its_tile(report: Report) -> None:
    block = next(b for b in report.sections[0].blocks if isinstance(b, Figure) and b.key == "tile_map")
    svg = ET.fromstring(block.svg)
    names = [row[0].text for row in block.table.rows]
    texts = {t.text: t for t in svg.iter(f"{SVG}text")}
    assert len(names) == 30
    assert set(names) <= set(texts)
    for name in names:
        assert float(texts[name].attrib["font-size"]) * len(name) <= HALF_WIDTH / 6 - 4
    places = [(row[4].text, row[5].text) for row in block.table.rows]
    assert len(set(places)) == len(places)


def test_to_confirm_has_a_dashed_outline_and_dispatch_a_dot() -> None:
    plain = drawn("tile_map", ("海南市", "協働", "", "", 0, 0))
    marked = drawn("tile_map", ("海南市", "協働", "要確認", "●", 0, 0))

    def dashes(svg: ET.Element) -> int:
        return sum("stroke-dasharray" in r.attrib for r in svg.iter(f"{SVG}rect"))

    assert dashes(marked) == dashes(plain) + 1
    assert len(list(marked.iter(f"{SVG}circle"))) == len(list(plain.iter(f"{SVG}circle"))) + 1
    assert "うち要確認 1団体" in words(marked)


def test_a_municipality_without_an_assessment_is_on_the_map_as_such() -> None:
    assert "評価なし 1団体" in words(drawn("tile_map", ("串本町", "評価なし", "", "", 4, 9)))


def test_a_month_whose_reports_are_not_due_shows_no_zero() -> None:
    svg = drawn("monthly", ("11月", 40, 29, Cell("報告前"), 0), ("12月", 36, None, Cell(NO_VALUE), None))
    assert "報告前" in words(svg)
    assert "0" not in words(svg)
    assert "40" in words(svg)


def test_a_month_with_a_municipality_not_visited_on_site_is_marked() -> None:
    assert "▼34" in words(drawn("monthly", ("8月", 40, 40, 34, 2)))


def test_a_rate_that_does_not_exist_is_not_a_bar_of_no_length() -> None:
    svg = drawn("utilisation", ("湯浅町", 0, 0, None, 95))
    assert "計画が始まっていない" in words(svg)
    assert not list(svg.iter(f"{SVG}rect"))


def test_a_rate_above_one_hundred_stays_in_the_picture() -> None:
    svg = drawn("utilisation", ("湯浅町", 30, 20, Decimal(150), 95))
    bar = next(svg.iter(f"{SVG}rect"))
    assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= HALF_WIDTH


def test_the_parts_of_a_year_are_as_wide_as_their_numbers() -> None:
    svg = drawn("movement", ("令和7年度", 15, 10, 5, 16), ("令和8年度", 0, 0, 0, 0))
    bars = [float(r.attrib["width"]) for r in svg.iter(f"{SVG}rect") if r.attrib["height"] == "18"]
    assert len(bars) == 3
    assert bars[0] / bars[2] == pytest.approx(3, rel=0.01)
    assert "要確認 16" in words(svg)


def test_text_in_a_figure_cannot_become_markup() -> None:
    svg = PAINTERS["utilisation"](figure("utilisation", ("<b>&町", 1, 2, 50, 95))).svg("<t>", "&")
    assert "<b>&町" in words(ET.fromstring(svg))


def test_a_figure_without_rows_is_left_to_its_table_which_says_why(report: Report) -> None:
    empty = replace(figure("monthly"), table=Table("monthly", "月別", (), (), empty_reason="該当なし。"))
    again = draw(replace(report, sections=(Section("s", "章", (empty,)),)))
    assert again.sections[0].blocks[0] == empty


def signed(value: float | None) -> Cell:
    return number_cell(value, 2, is_signed=True)


def test_an_estimate_stands_with_its_interval_and_what_it_must_reach() -> None:
    svg = drawn(
        "effect",
        ("主要", signed(0.2), signed(-0.1), signed(0.5), number_cell(0.4, 2), number_cell(0.3, 2)),
        ("確かめ", signed(0.1), signed(None), signed(0.6), number_cell(None), number_cell(None)),
    )
    assert "+0.20(−0.10〜+0.50)" in words(svg)
    assert "+0.10(限りなし〜+0.60)" in words(svg), "an end that does not exist is said, not drawn as zero"
    assert {"見合う最小 0.30点", "差なし(0点)", "主要", "確かめ"} <= set(words(svg))
    (band,) = svg.iter(f"{SVG}rect")
    zero = next(
        float(line.get("x1") or 0) for line in svg.iter(f"{SVG}line") if line.get("x1") == line.get("x2")
    )
    assert float(band.get("x") or 0) + float(band.get("width") or 0) / 2 == pytest.approx(zero, abs=0.01)
    dots = [float(dot.get("cx") or 0) for dot in svg.iter(f"{SVG}circle")]
    assert dots[0] > dots[1] > zero


def test_a_municipality_without_a_place_on_the_map_is_counted_and_a_map_of_none_is_still_drawn() -> None:
    known = ("海南市", "共創", "", "○", 0, 1)
    unknown = ("新しい町", "協働", "要確認", "", Cell(NO_VALUE), Cell(NO_VALUE))
    both = words(drawn("tile_map", known, unknown))
    assert "海南市" in both
    assert "新しい町" not in both
    assert "協働 1団体" in both
    assert "地図に位置のない 1団体(表にある)" in both
    assert "協働 1団体" in words(drawn("tile_map", unknown))


def test_a_country_of_municipalities_fits_a_page_and_says_how_many_are_left_out() -> None:
    svg = drawn("utilisation", *((f"とても長い名前の団体{n}", 1, 2, 100 - n / 20, 95) for n in range(1_741)))
    assert "ほか1,711団体(表にある)" in words(svg)
    assert float(svg.attrib["viewBox"].split()[3]) < 600
    # No name begins left of the picture.
    for element in svg.iter(f"{SVG}text"):
        if (element.text or "").startswith("とても長い"):
            assert (
                float(element.attrib["x"]) - float(element.attrib["font-size"]) * len(element.text or "") >= 0
            )
