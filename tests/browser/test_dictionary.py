"""The data dictionary in a real browser: searched by keyboard, without a network, read aloud and printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.dictionary.page import dictionary_page
from tests.browser.test_pages import ONE_OF_EACH, WIDTHS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("dictionary") / "data_dictionary.html"
    path.write_text(dictionary_page("test"), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(offline=True, viewport={"width": WIDTHS["office"], "height": 900})
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda r: page.asked.append(r.url))
    page.on("console", lambda m: page.said.append(m.text))
    page.on("pageerror", lambda e: page.said.append(str(e)))
    page.goto(address)
    yield page
    context.close()


def shown(page: Any) -> list[str]:
    return page.eval_on_selector_all(".entry:not([hidden])", "entries => entries.map(e => e.id)")


def test_it_asks_for_nothing_but_itself_and_complains_of_nothing(page: Any, address: str) -> None:
    page.locator("#find").fill("牽引")
    assert page.asked == [address]
    assert page.said == []


def test_a_question_is_found_by_its_words_from_the_keyboard_alone(page: Any) -> None:
    everything = len(shown(page))
    page.keyboard.press("/")
    page.keyboard.type("牽引")
    assert "t-mart_stage" in shown(page)
    assert "q-lead_only" in shown(page)
    assert "t-mart_programme_cost" not in shown(page)
    assert page.locator("#found").inner_text() == f"{len(shown(page))}件が見つかりました。"
    # Of the table's columns only those that speak of it.
    columns = page.locator("#t-mart_stage tbody tr:visible th code").all_inner_texts()
    assert "has_lead" in columns
    assert "fiscal_year" not in columns
    page.keyboard.press("Escape")
    assert len(shown(page)) == everything


def test_every_word_typed_must_fit_and_width_and_case_do_not_matter(page: Any) -> None:
    box = page.locator("#find")
    box.fill("ＭＡＲＴ_dispatch 現地")
    assert {"t-mart_dispatch_month", "t-mart_dispatch_utilisation"} <= set(shown(page))
    box.fill("そのような言葉はない")
    assert shown(page) == []
    assert "見つかりません" in page.locator("#found").inner_text()


def test_a_link_opens_the_entry_it_leads_to_also_when_a_search_hides_it(page: Any) -> None:
    page.locator("#find").fill("K203")
    page.locator("#k-K203 a", has_text="mart_dispatch_month").click()
    assert page.locator("#t-mart_dispatch_month").get_attribute("open") is not None
    assert page.locator("#t-mart_dispatch_month svg").is_visible()


def test_axe_finds_no_barrier(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(ONE_OF_EACH)
    page.evaluate("document.querySelector('#t-mart_stage').open = true")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []


@pytest.mark.parametrize("width", WIDTHS.values())
def test_it_is_not_wider_than_the_screen(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_everything_also_what_is_closed(page: Any, tmp_path: Path) -> None:
    from pypdf import PdfReader

    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    text = "".join(p.extract_text() for p in PdfReader(tmp_path / "print.pdf").pages)
    for words in ("missing_criteria_text", "K203", "visit_log__visits", "measured_savings"):
        assert words in text
