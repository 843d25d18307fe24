"""The released documents of the sample night, and the content they were rendered from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader

from pipelines.report.content import build_report
from pipelines.report.document import Report
from pipelines.report.facts import Facts
from pipelines.report.figures import draw
from tests.unit.report.reading import Page, Rows, read_page, squeezed


@pytest.fixture(scope="session")
def release(sample_home: Path) -> Path:
    return (sample_home / "current").resolve()


@pytest.fixture(scope="session")
def documents(release: Path) -> Path:
    return release / "reports"


@pytest.fixture(scope="session")
def marts(release: Path) -> Iterator[Rows]:
    """Asks the released warehouse itself, past the code that renders."""
    with duckdb.connect(release / "warehouse.duckdb", read_only=True) as con:
        yield Rows(con)


@pytest.fixture(scope="session")
def report(release: Path) -> Report:
    facts = Facts(release)
    try:
        return draw(build_report(facts))
    finally:
        facts.close()


@pytest.fixture(scope="session")
def page(documents: Path) -> Page:
    return read_page(documents / "annual_evaluation.html")


@pytest.fixture(scope="session")
def pdf(documents: Path) -> PdfReader:
    return PdfReader(documents / "annual_evaluation.pdf")


@pytest.fixture(scope="session")
def pdf_pages(pdf: PdfReader) -> list[str]:
    """The text of each page, without white space."""
    return [squeezed(page.extract_text()) for page in pdf.pages]


@pytest.fixture(scope="session")
def book(documents: Path) -> Any:
    from openpyxl import load_workbook

    return load_workbook(documents / "annual_evaluation.xlsx")


@pytest.fixture(scope="session")
def emptied(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The candidate of a year of which nothing has arrived yet: KPIs are there, without values."""
    folder = tmp_path_factory.mktemp("emptied") / "candidate"
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
    with duckdb.connect(folder / "warehouse.duckdb") as con:
        con.execute(
            "update mart_kpi set value = null, numerator = null, denominator = null, status = '値なし', "
            "reason = 'まだ何も受領していないため' where fiscal_year = 2026"
        )
        tables = con.execute(
            "select table_schema, table_name from information_schema.columns "
            "where column_name = 'fiscal_year' and table_name <> 'mart_kpi'"
        ).fetchall()
        for schema, table in tables:
            con.execute(f'delete from "{schema}"."{table}" where fiscal_year = 2026')
    return folder
