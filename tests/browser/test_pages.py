"""The HTML files in a real browser, without a network, by keyboard and by ear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
# The checker skips closed groups and takes minutes over thousands of like rows: some groups are opened
# for it, and of each table it gets the first rows and every row that looks like none before it.
ONE_OF_EACH = """() => {
    [...document.querySelectorAll('details')].slice(0, 6).forEach(d => d.open = true);
    const seen = new Set();
    for (const body of document.querySelectorAll('tbody'))
        [...body.rows].forEach((row, position) => {
            const look = [...row.querySelectorAll('[class]')].map(e => e.className).join();
            if (position > 1 && seen.has(look)) row.remove();
            seen.add(look);
        });
}"""


@dataclass
class Opened:
    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@pytest.fixture(params=["report", "status"])
def opened(request: pytest.FixtureRequest, browser: Any, files: dict[str, Path]) -> Iterator[Opened]:
    context = browser.new_context(offline=True, viewport={"width": WIDTHS[0], "height": 900})
    page = context.new_page()
    result = Opened(page)
    page.on("request", lambda r: result.requests.append(r.url))
    page.on("console", lambda m: result.messages.append(m.text))
    page.on("pageerror", lambda e: result.messages.append(str(e)))
    page.goto(files[request.param].as_uri())
    yield result
    context.close()


def test_it_asks_for_nothing_but_itself_and_complains_of_nothing(opened: Opened) -> None:
    assert len(opened.requests) == 1
    assert opened.requests[0].startswith("file:")
    assert opened.messages == []
    assert opened.page.locator("h1").count() == 1


def test_axe_finds_no_barrier(opened: Opened) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened.page.evaluate(ONE_OF_EACH)
    found = Axe().run(opened.page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_not_wider_than_the_screen_and_no_word_is_cut(opened: Opened, width: int) -> None:
    opened.page.set_viewport_size({"width": width, "height": 844})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    cut = opened.page.evaluate(
        """[...document.querySelectorAll('p, li, h1, h2, h3, summary, .card, .answer')].filter(e =>
            getComputedStyle(e).position !== 'absolute' && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
        ).map(e => e.textContent.slice(0, 60))"""
    )
    assert cut == []


def test_details_open_by_keyboard_alone(opened: Opened) -> None:
    summary = opened.page.locator("details:not([open]) > summary").first
    summary.focus()
    before = opened.page.locator("details[open]").count()
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("details[open]").count() == before + 1


def test_the_first_tab_leads_past_the_navigation(browser: Any, files: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(files["report"].as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.close()


def test_a_kpi_leads_to_its_evidence(browser: Any, files: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(files["report"].as_uri())
    page.locator("[data-key=kpis] a", has_text="K101").click()
    assert page.evaluate("location.hash") == "#e-K101"
    target = page.locator("#e-K101")
    target.locator("summary").press("Enter")
    assert target.locator("tbody tr").count() > 10
    assert "アセスメント調査票" in target.inner_text()
    page.close()


def test_every_printed_page_says_that_the_data_are_fictional(opened: Opened, tmp_path: Path) -> None:
    from pypdf import PdfReader

    opened.page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    pages = [page.extract_text().replace("\n", "") for page in PdfReader(tmp_path / "print.pdf").pages]
    assert 1 < len(pages) < 25
    assert all("架空データ" in page for page in pages)
    assert all(len(page) > 100 for page in pages)
