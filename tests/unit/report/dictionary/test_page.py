"""The dictionary as a page: one file, everything in it, links that lead somewhere, the same bytes again."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from pipelines.ingest.contracts import all_datasets, code_books
from pipelines.report.dictionary.catalogue import catalogue
from pipelines.report.dictionary.page import dictionary_page
from pipelines.report.dictionary.queries import kept_queries
from pipelines.settings import CHECKOUT


@pytest.fixture(scope="module")
def page() -> str:
    return dictionary_page("test")


def test_every_table_kpi_form_code_book_and_query_has_its_place(page: str) -> None:
    known = catalogue()
    wanted = {f"t-{t.name}" for t in known.tables} | {f"k-{k.kpi_id}" for k in known.kpis}
    wanted |= {f"d-{name}" for name in all_datasets()} | {f"b-{book}" for book in code_books()}
    wanted |= {f"q-{q.name}" for q in kept_queries()} | {f"s-{source}" for source in known.contracts}
    places = Counter(re.findall(r' id="([^"]+)"', page))
    assert wanted <= set(places)
    assert [place for place, count in places.items() if count > 1] == []


def test_every_link_leads_to_a_place_on_the_page(page: str) -> None:
    links = set(re.findall(r' href="([^"]+)"', page))
    places = {f"#{place}" for place in re.findall(r' id="([^"]+)"', page)}
    assert links <= places
    assert len(links) > 100


def test_nothing_is_loaded_and_only_its_own_script_may_run(page: str) -> None:
    assert re.findall(r"""(?:src|href)=["'](?!#)""", page) == []
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert re.search(r"script-src 'sha256-[\w+/]{43}='", page)


def test_the_same_program_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from pipelines.report.dictionary.page import dictionary_page as p;"
        "from pipelines.report.dictionary.book import dictionary_book as b;"
        "print(hashlib.sha256(p('x').encode() + b()).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            cwd=CHECKOUT, env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(CHECKOUT)},
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        digests.add(ran.stdout)
    assert len(digests) == 1


def test_every_table_has_a_picture_with_the_forms_it_comes_from(page: str) -> None:
    pictures = re.findall(r'<svg[^>]* aria-label="([^"]+)の系譜"', page)
    assert Counter(pictures) == Counter(t.label for t in catalogue().tables)
    picture = re.search(r'<svg[^>]* aria-label="共同調達の系譜".*?</svg>', page, re.DOTALL)
    assert picture is not None
    for words in ("共同調達台帳", "共同調達参加", "int_procurement__shares", "mart_joint_procurement"):
        assert words in picture[0]
    assert "チャット" not in picture[0]
