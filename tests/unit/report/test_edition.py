"""An issued edition says on every page which it is, and what differs from the one before. Else two of them are mixed up."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from pypdf import PdfReader

from pipelines.report.content import build_report
from pipelines.report.document import Paragraph, Report, Table
from pipelines.report.edition import WORKING_COPY, EditionTitle, PreviousEdition
from pipelines.report.facts import Facts
from pipelines.report.render import DOCUMENTS, render
from pipelines.report.sections.difference import FIRST, WORKING
from tests.unit.report.reading import read_page, squeezed

pytestmark = pytest.mark.slow

BEFORE = "暫定版 第2号"
NOW = "確定版 第1号"
# What the edition before said otherwise: two figures of the prefecture, one of a municipality, a file behind one of
# them, a stage, an estimate's verdict and a criterion's.
SAID_BEFORE = (
    "update mart_kpi set value = value - 1.5 where kpi_id = 'K203' and municipality_code is null and fiscal_year = 2026",
    "update mart_kpi set value = null where kpi_id = 'K101' and municipality_code is null and fiscal_year = 2026",
    "update mart_kpi set value = value - 1 where kpi_id = 'K203' and municipality_code = '302023'",
    "delete from mart_kpi_evidence where kpi_id = 'K203' and municipality_code is null and file_id = '{file_id}'",
    "update mart_stage set stage = 'below' where fiscal_year = 2026 and municipality_code = '302023'",
    "update mart_effect set verdict = 'met', estimate = 0.4 where analysis_id = 'A3'",
    "update mart_decision set verdict = 'met' where criterion_id = 'D2'",
)
LATE = "R8/visit_log/2026-11-04/海南市_派遣実施報告書_R8.10月.xlsx"


@pytest.fixture(scope="module")
def earlier(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition issued before: the same release, but for what it said otherwise."""
    folder = tmp_path_factory.mktemp("issued") / "R8-暫定-02"
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        (file_id,) = con.execute(
            f"select file_id from read_parquet('{folder / 'control' / 'files.parquet'}') where path = '{LATE}'"
        ).fetchall()[0]
        for statement in SAID_BEFORE:
            con.execute(statement.format(file_id=file_id))
    return folder


@pytest.fixture(scope="module")
def title(earlier: Path) -> EditionTitle:
    return EditionTitle(NOW, PreviousEdition(BEFORE, date(2026, 11, 1), earlier))


def content(release: Path, title: EditionTitle | None) -> Report:
    facts = Facts(release, title)
    try:
        return build_report(facts)
    finally:
        facts.close()


@pytest.fixture(scope="module")
def issued(release: Path, title: EditionTitle) -> Report:
    return content(release, title)


@pytest.fixture(scope="module")
def documents(release: Path, title: EditionTitle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    render(release, [document.key for document in DOCUMENTS], title, folder)
    return folder


def tables(report: Report) -> dict[str, Table]:
    return {b.key: b for s in report.sections for b in s.blocks if isinstance(b, Table)}


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row) for row in table.rows]


def paragraphs(report: Report) -> str:
    return "".join(b.text for s in report.sections for b in s.blocks if isinstance(b, Paragraph))


def test_the_difference_names_every_changed_figure_with_both_values_and_its_cause(issued: Report) -> None:
    rows = {row[0]: row[1:] for row in texts(tables(issued)["changed_kpis"])}
    assert rows.keys() == {"K101", "K203"}
    assert rows["K203"][1:] == ("68.1", "69.6", "+1.5", "+海南市_派遣実施報告書_R8.10月.xlsx")
    assert rows["K101"][1:4] == ("－", "19", "値が生じた")
    assert "このほか、団体ごとの値と前の年度の値が1件変わっています" in paragraphs(issued)


def test_the_difference_names_the_files_with_the_figures_they_changed(issued: Report) -> None:
    folder, _, name = LATE.rpartition("/")
    assert texts(tables(issued)["changed_files"]) == [("加わった", folder, "1", name, "K203")]


def test_the_difference_names_stages_and_verdicts_that_changed(issued: Report) -> None:
    (stage,) = texts(tables(issued)["changed_stages"])
    assert stage[0] == "海南市"
    assert stage[1].startswith("協働未達")
    assert not stage[2].startswith("協働未達")
    effect, criterion = texts(tables(issued)["changed_verdicts"])
    assert effect == ("分析 A3(中間)", "満たす(推定 0.40、事前登録)", "判定不能(推定 0.01、事前登録)")
    assert criterion == ("判断基準 D2", "満たす", "判定不能")


def test_one_sentence_on_page_one_counts_what_changed(issued: Report, documents: Path) -> None:
    sentence = (
        "前の版(暫定版 第2号、基準日R8.11.1)から、県全体のKPI2件、段階1団体、判定2件が変わりました。"
        "原因のファイルは付録「前の版との違い」にあります。"
    )
    assert issued.edition_note == sentence
    first, second = PdfReader(documents / "annual_evaluation.pdf").pages[:2]
    assert squeezed(sentence) in squeezed(first.extract_text())
    assert "読むときの注意" in squeezed(first.extract_text())
    assert squeezed(second.extract_text()).startswith("第2章")
    assert sentence in read_page(documents / "annual_evaluation.html").text
    book = openpyxl.load_workbook(documents / "annual_evaluation.xlsx")
    assert sentence in [cell.value for row in book.worksheets[0].iter_rows(max_row=4) for cell in row]


def test_the_first_edition_says_that_there_is_none_before_it(release: Path) -> None:
    report = content(release, EditionTitle("暫定版 第1号"))
    assert FIRST in paragraphs(report)
    assert report.edition_note == "この年度に、これより前に発行した版はありません。"
    assert not any(key.startswith("changed_") for key in tables(report))


def test_an_edition_of_a_program_with_other_tables_is_named_and_stops_nothing(
    release: Path, tmp_path: Path
) -> None:
    """Between autumn and the accounts the program may have changed; the final edition must come out all the same."""
    (tmp_path / "manifest.json").write_bytes((release / "manifest.json").read_bytes())
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("create table mart_kpi as select 1 as kpi_id")
    report = content(release, EditionTitle(NOW, PreviousEdition(BEFORE, date(2026, 11, 1), tmp_path)))
    said = "前の版(暫定版 第2号、基準日R8.11.1)は、表の形が違うプログラムで作られたため、違いを示せません。"
    assert report.edition_note == said
    assert said in paragraphs(report)


def test_a_working_copy_says_that_it_is_no_edition(release: Path) -> None:
    report = content(release, None)
    assert (report.edition, report.edition_note) == (WORKING_COPY, "")
    assert WORKING in paragraphs(report)


def test_the_edition_stands_on_every_page_where_the_working_copy_says_so(documents: Path) -> None:
    pdf = PdfReader(documents / "annual_evaluation.pdf")
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"令和8年度 年次評価報告書({NOW})"
    for page in pdf.pages:
        text = squeezed(page.extract_text())
        assert squeezed(f"【{NOW}】") in text
        assert WORKING_COPY not in text
        assert "架空データ" in text
    kartes = [documents / "karte.pdf", *(documents / "karte").iterdir()]
    assert len(kartes) == 31
    for karte in kartes[:3]:
        for page in PdfReader(karte).pages:
            assert squeezed(f"【{NOW}】") in squeezed(page.extract_text())
            assert WORKING_COPY not in page.extract_text()
    with zipfile.ZipFile(documents / "annual_evaluation.docx") as word:
        parts = {name: word.read(name).decode() for name in word.namelist() if name.endswith(".xml")}
    assert not [name for name, text in parts.items() if WORKING_COPY in text]
    assert NOW in parts["docProps/core.xml"]
    assert any(f"【{NOW}】" in text for name, text in parts.items() if "footer" in name)
    page = (documents / "annual_evaluation.html").read_text(encoding="utf-8")
    assert WORKING_COPY not in page
    assert page.count(NOW) >= 4
    book = openpyxl.load_workbook(documents / "annual_evaluation.xlsx")
    for sheet in book.worksheets:
        if sheet.title != "数値データ":
            assert NOW in str(sheet["A2"].value)
        assert NOW in str(sheet.oddFooter.left.text)
        assert not any(
            WORKING_COPY in str(value) for row in sheet.iter_rows(values_only=True) for value in row
        )


def test_the_same_release_and_the_same_edition_before_give_the_same_bytes(
    release: Path, earlier: Path, documents: Path, tmp_path: Path
) -> None:
    """Wherever the homes lie."""
    places: dict[str, Any] = {}
    for name, folder in (("release", release), ("before", earlier)):
        places[name] = tmp_path / "別の場所" / name
        shutil.copytree(folder, places[name], ignore=shutil.ignore_patterns("reports"))
    title = EditionTitle(NOW, PreviousEdition(BEFORE, date(2026, 11, 1), places["before"]))
    again = tmp_path / "documents"
    render(places["release"], [document.key for document in DOCUMENTS], title, again)
    names = [path.relative_to(documents) for path in sorted(documents.rglob("*"))]
    assert names == [path.relative_to(again) for path in sorted(again.rglob("*"))]
    for name in names:
        one, two = documents / name, again / name
        assert one.is_dir() or one.read_bytes() == two.read_bytes(), name
