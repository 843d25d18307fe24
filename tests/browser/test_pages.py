"""The HTML files in a real browser, without a network, by keyboard and by ear, on paper and on a small screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Opened
from tests.browser.hostile import HOSTILE

pytestmark = pytest.mark.browser
PAGES = ("report", "status", "dictionary")
HOSTILE_PAGES = ("hostile report", "hostile status")
# A screen of an office, the same at 200 %, and a telephone's.
WIDTHS = {"office": 1280, "zoomed": 640, "telephone": 360}
Open = Callable[..., Opened]
# The checker skips closed groups and takes minutes over thousands of like rows: of each kind of group some are opened
# for it, down to the cells of one municipality; of all other evidence it gets the head, and of each table the first
# rows and every row that looks like none before it.
ONE_OF_EACH = """() => {
    [...document.querySelectorAll('details')].slice(0, 6).forEach(d => d.open = true);
    const figures = [...document.querySelectorAll('details.evidence')];
    const whole = figures.find(d => d.querySelector('tbody + tbody'));
    figures.forEach(d => {
        if (d !== whole) d.querySelector('.behind-it').remove();
    });
    if (whole) {
        whole.open = true;
        const inner = [...whole.querySelectorAll('details')];
        inner.forEach((d, i) => { if (i === 0 || i === inner.length - 1) d.open = true; else if (i % 20) d.remove(); });
    }
    const seen = new Set();
    for (const body of document.querySelectorAll('tbody'))
        [...body.rows].forEach((row, position) => {
            const look = [...row.querySelectorAll('[class]')].map(e => e.className).join();
            if (position > 1 && seen.has(look)) row.remove();
            seen.add(look);
        });
}"""
FOCUSED = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"
CUT = """() => [...document.querySelectorAll('p, li, h1, h2, h3, dd, summary, .card, .answer')].filter(e =>
    getComputedStyle(e).position !== 'absolute' && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
).map(e => e.className + ' ' + e.textContent.slice(0, 60))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing_complains_of_nothing_and_axe_finds_no_barrier(
    open_page: Open, name: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened = open_page(name, scheme=scheme)
    assert len(opened.requests) == 1
    assert opened.requests[0].startswith("file:")
    assert opened.page.locator("h1").count() == 1
    opened.page.evaluate(ONE_OF_EACH)
    found = Axe().run(opened.page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
    assert opened.messages == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES + HOSTILE_PAGES)
def test_it_is_not_wider_than_the_screen_and_no_word_is_cut(open_page: Open, name: str, width: str) -> None:
    page = open_page(name, WIDTHS[width]).page
    # Some figures opened, down to a municipality's.
    page.evaluate(ONE_OF_EACH)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
    if name in PAGES:
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", PAGES)
def test_details_open_by_keyboard_alone(open_page: Open, name: str) -> None:
    page = open_page(name).page
    summary = page.locator("details:not([open]) > summary").first
    summary.focus()
    before = page.locator("details[open]").count()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == before + 1


def tab_to(page: Any, wanted: str, at_most: int) -> None:
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if re.search(wanted, page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"{wanted}: not reached by {at_most} × Tab")


def test_a_keyboard_leads_from_a_figure_on_the_first_screen_to_the_cell_it_came_from_and_back(
    open_page: Open,
) -> None:
    page = open_page("report").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    tab_to(page, "派遣実施率.*69.6.*K203", 8)
    card = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
    assert card < 900, "the card is on the first screen"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "evidence-K203"
    arrived = page.locator("#evidence-K203")
    assert arrived.is_visible()
    assert 0 <= page.evaluate("document.activeElement.getBoundingClientRect().top") < 300
    for said in ("151 / 217", "計算", "派遣実施報告書"):
        assert said in arrived.inner_text()
    tab_to(page, r"R8/visit_log/2026-07-06/九度山町_派遣実施報告書_R8\.6月\.xlsx", 10)
    page.keyboard.press("Enter")
    cell = arrived.locator("tr", has_text="H9").first
    assert cell.is_visible()
    assert cell.inner_text().split("\t") == ["派遣実施報告書", "H9", "実施状況", "実施"]
    page.keyboard.press("Shift+Tab")
    for _ in range(10):
        if page.evaluate(FOCUSED) == "1 要約へ戻る":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "at-K203-summary"
    assert page.locator("#at-K203-summary").is_visible()


def test_every_link_on_the_page_arrives_at_something_that_shows(open_page: Open) -> None:
    page = open_page("report").page
    lost = page.evaluate("""() => {
        const lost = new Set();
        for (const link of document.querySelectorAll('a[href^="#"]'))
            if (!document.getElementById(decodeURIComponent(link.getAttribute('href').slice(1)))) lost.add(link.href);
        return [...lost];
    }""")
    assert lost == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("subject", ["K101", "A3", "D4", "O3"])
def test_a_link_opens_closed_evidence_and_takes_the_focus_there(open_page: Open, subject: str) -> None:
    page = open_page("report").page
    page.locator(f"main a[href='#evidence-{subject}']").first.click()
    assert page.evaluate("document.activeElement.id") == f"evidence-{subject}"
    assert page.locator(f"#evidence-{subject} summary").first.is_visible()


def test_the_logic_models_numbers_lead_to_their_evidence(open_page: Open) -> None:
    page = open_page("report").page
    page.locator("[data-key=logic_model] svg a", has_text="K308").click()
    assert page.evaluate("location.hash") == "#evidence-K308"


@pytest.mark.parametrize("name", HOSTILE_PAGES)
def test_whatever_people_typed_stays_text(open_page: Open, name: str) -> None:
    opened = open_page(name)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.messages == []
    assert opened.page.title() != "hit"
    assert opened.page.locator("script, img, b:has-text('hit')").count() == 0
    text = opened.page.locator("body").inner_text()
    for typed in HOSTILE:
        assert typed in text, typed
    assert len(opened.requests) == 1
    # Letters that turn the line round end with the element that holds them.
    assert opened.page.evaluate("getComputedStyle(document.querySelector('td')).unicodeBidi") == "isolate"


def printed(page: Any, folder: Path) -> list[str]:
    from pypdf import PdfReader

    page.pdf(path=folder / "print.pdf", prefer_css_page_size=True)
    pages = PdfReader(folder / "print.pdf").pages
    return [unicodedata.normalize("NFKC", found.extract_text().replace("\n", "")) for found in pages]


@pytest.mark.parametrize("name", ["report", "status"])
def test_every_printed_page_says_that_the_data_are_fictional(
    open_page: Open, name: str, tmp_path: Path
) -> None:
    pages = printed(open_page(name, scheme="dark").page, tmp_path)
    assert 1 < len(pages) < 30
    assert all("架空データ" in page for page in pages)
    assert all(len(page) > 100 for page in pages)
    if name == "report":
        assert "画面で開いた番号だけを印刷します" in "".join(pages)
        assert not re.search(r"セル.\d+ファイル", "".join(pages)), "closed evidence"


def test_of_the_evidence_only_what_was_opened_is_printed(open_page: Open, tmp_path: Path) -> None:
    page = open_page("report").page
    page.locator("main a[href='#evidence-K203']").first.click()
    page.locator("#evidence-K203 summary").first.click()
    opened = "".join(printed(page, tmp_path))
    assert "151 / 217" in opened
    assert "実施状況" in opened
    assert "載っている章" not in opened, "links lead nowhere on paper"
