"""The PDF as it is handed out: the marts' numbers, whole pages, readable by machines and by ear."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pipelines.report.document import Bullets, Cell, Column, Paragraph, Report, Section, Table
from pipelines.report.pdf import write_pdf
from tests.unit.report.reading import Rows, squeezed, written

MARGIN_POINTS = 17 / 25.4 * 72


def test_every_kpi_stands_in_the_pdf_as_the_mart_has_it(pdf_pages: list[str], marts: Rows) -> None:
    text = "".join(pdf_pages)
    kpis = marts.kpis()
    assert len(kpis) > 70
    for k in kpis:
        target = (
            "－"
            if k["target"] is None
            else written(k["target"], 0 if k["target"] == int(k["target"]) else k["decimals"])
        )
        start = squeezed(
            f"{k['kpi_id']}{k['name_ja']}{k['unit']}{written(k['value'], k['decimals'], k['unit'])}{target}"
        )
        end = squeezed(f"{written(k['previous_value'], k['decimals'], k['unit'])}")
        assert re.search(
            re.escape(start) + r"[\d,.－中央値]*?" + re.escape(end) + r"[+−▲\d,.－]+" + k["status"], text
        ), start


def test_every_page_says_that_the_data_are_fictional(pdf_pages: list[str]) -> None:
    assert all("架空データ" in page for page in pdf_pages)


def test_no_page_is_nearly_empty(pdf_pages: list[str]) -> None:
    assert [(n, len(p)) for n, p in enumerate(pdf_pages, start=1) if len(p) < 500] == []


def test_page_one_holds_the_whole_summary_and_nothing_else(pdf_pages: list[str]) -> None:
    for title in (
        "判断できません",
        "段階の地図",
        "令和9年度の判断基準",
        "段階の推移",
        "うち市町村の負担",
        "読むときの注意",
    ):
        assert title in pdf_pages[0]
    assert "第2章" not in pdf_pages[0]
    assert pdf_pages[1].startswith("第2章")


def test_page_one_of_an_issued_edition_has_room_for_what_differs_from_the_one_before(
    report: Report, tmp_path: Path
) -> None:
    note = "暫定版 第1号から値の変わったKPIは12件、原因のファイルは14件です。" * 3
    issued = replace(report, edition="確定版 第12号", edition_note=note, sections=report.sections[:2])
    pages = [squeezed(p.extract_text()) for p in PdfReader(write_pdf(issued, tmp_path / "issued.pdf")).pages]
    assert squeezed(note) in pages[0]
    assert "③" in pages[0]
    assert pages[1].startswith("第2章")


def test_the_title_page_says_which_release_this_is(pdf_pages: list[str], release: Path) -> None:
    for fact in ("作業版", "令和8年(2026年)11月20日", release.name, "公開前の検査合格"):
        assert fact in pdf_pages[0]


def test_it_can_be_read_aloud(pdf: PdfReader) -> None:
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"].startswith("ja")
    assert pdf.metadata is not None
    assert pdf.metadata.title == "令和8年度 年次評価報告書(作業版)"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_every_font_is_embedded(pdf: PdfReader) -> None:
    found = 0
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[attr-defined]
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            found += 1
    assert found


def test_no_text_is_smaller_than_eight_points_but_names_on_the_map(pdf: PdfReader) -> None:
    small: set[tuple[float, str]] = set()

    def look(text: str, current: list[float], matrix: list[float], _font: Any, size: float) -> None:
        height = abs(size * matrix[3] * current[3])
        if text.strip() and height < 7.9:
            small.add((round(height, 1), text.strip()))

    for page in pdf.pages[:4]:
        page.extract_text(visitor_text=look)
    assert all(height >= 6.5 and len(text) <= 6 for height, text in small), small


def test_no_text_leaves_the_margins_and_none_is_missing_its_glyph(documents: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not on this machine")
    path = documents / "annual_evaluation.pdf"
    boxes = subprocess.run(
        ["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    width = float(re.findall(r'<page width="([\d.]+)"', boxes)[0])
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', boxes
    )
    assert len(words) > 3000
    outside = [
        w for left, right, w in words if float(left) < MARGIN_POINTS or float(right) > width - MARGIN_POINTS
    ]
    assert outside == []
    assert not [w for _, _, w in words if "\ufffd" in w]


@pytest.mark.parametrize("name", ["annual_evaluation.pdf", "karte.pdf"])
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(documents: Path, name: str) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not on this machine")
    found = subprocess.run(
        ["pdftotext", "-bbox-layout", documents / name, "-"], capture_output=True, text=True, check=True
    ).stdout
    wrong, count = [], 0
    for block in re.findall(r"<block.*?</block>", found, re.DOTALL):
        lines = [
            "".join(html.unescape(word) for word in re.findall(r"<word[^>]*>(.*?)</word>", line))
            for line in re.findall(r"<line.*?</line>", block, re.DOTALL)
        ]
        for before, after in pairwise(filter(None, lines)):
            count += 1
            if after[0] in "、。)」』々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ" or before[-1] in "(「『":
                wrong.append((before, after))
    assert count > 300
    assert wrong == []


@pytest.mark.parametrize("name", ["annual_evaluation.pdf", "karte.pdf", "karte/302023.pdf"])
def test_a_validator_finds_nothing_and_the_file_says_which_standards_it_keeps(
    documents: Path, name: str
) -> None:
    import pdfua

    assert pdfua.validate(str(documents / name)).findings == ()
    root: Any = PdfReader(documents / name).trailer["/Root"]
    said = root["/Metadata"].get_object().get_data().decode("utf-8")
    for standard in (
        "<pdfuaid:part>1</pdfuaid:part>",
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
    ):
        assert standard in said
    assert root["/OutputIntents"]
    assert "/JavaScript" not in root.get("/Names", {})


@pytest.mark.parametrize(
    "text", ['#panic("x")', "*太字* _斜体_ $x^2$", "@ref <label> #{1+1}", "\\ / // = 見出し"]
)
def test_text_from_outside_is_no_command_of_the_typesetter(report: Report, tmp_path: Path, text: str) -> None:
    cell = Table("t", text, (Column(text),), ((Cell(text),),), note=text, empty_reason="該当なし。")
    blocks = (Paragraph(text), Bullets("b", text, (text,)), cell)
    small = replace(report, title=text, sections=(Section("s", text, blocks), Section("t", text, blocks)))
    path = write_pdf(small, tmp_path / "r.pdf")
    said = squeezed("".join(page.extract_text() for page in PdfReader(path).pages))
    assert said.count(squeezed(text)) >= 10
