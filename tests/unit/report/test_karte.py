"""A karte goes to one municipality: one page, its own data, the prefecture's median, nobody else's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader

from pipelines.report.document import Answer, Cell, Column, Karte, Report, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.karte import kartes
from pipelines.report.karte.pdf import write_kartes
from tests.unit.report.reading import Rows, squeezed, written


@pytest.fixture(scope="module")
def sections(release: Path) -> Iterator[tuple[Section, ...]]:
    facts = Facts(release)
    yield kartes(facts)
    facts.close()


def words(section: Section) -> str:
    found = []
    for block in section.blocks:
        if isinstance(block, Answer):
            found += [block.lead, block.because]
        elif isinstance(block, Table):
            found += [block.note, *(cell.text for row in block.rows for cell in row)]
    return "\n".join(found)


def table(section: Section, key: str) -> Table:
    return next(b for b in section.blocks if isinstance(b, Table) and b.key == key)


def test_there_is_a_page_for_every_municipality_and_a_file_for_each(documents: Path, marts: Rows) -> None:
    names = {
        r["municipality_code"]: r["name"]
        for r in marts("select municipality_code, name from dim_municipality order by sort_order")
    }
    codes = list(names)
    assert sorted(p.stem for p in (documents / "karte").iterdir()) == sorted(codes)
    together = PdfReader(documents / "karte.pdf")
    assert len(together.pages) == len(codes) == 30
    for position, code in enumerate(codes):
        single = PdfReader(documents / "karte" / f"{code}.pdf")
        assert len(single.pages) == 1
        assert single.metadata is not None
        assert names[code] in str(single.metadata.title)
        # Taking the words out of a page costs a second: of some pages, from the first to the last.
        if position % 10 == 0 or code == codes[-1]:
            for page in (single.pages[0], together.pages[position]):
                assert code in page.extract_text()
                assert "架空データ" in page.extract_text()


def test_no_page_names_another_municipality(sections: tuple[Section, ...]) -> None:
    names = [s.title for s in sections]
    for section in sections:
        own = words(section).replace(section.title, "")
        assert [name for name in names if name != section.title and name in own] == []


def test_no_page_shows_what_a_few_people_answered(sections: tuple[Section, ...], marts: Rows) -> None:
    left_out = {r["kpi_id"] for r in marts("select kpi_id from kpi_definitions where kpi_group = 'transfer'")}
    shown = {row[0].text for s in sections for row in table(s, "karte_figures").rows}
    assert shown
    assert not shown & left_out


def test_values_and_medians_are_those_of_the_mart(sections: tuple[Section, ...], marts: Rows) -> None:
    rows = marts(
        """
        select k.kpi_id, k.municipality_code, k.value, d.decimals, d.unit,
            quantile_cont(k.value, 0.5) over (partition by k.kpi_id) as middle, count(*) over (partition by k.kpi_id) as bodies
        from mart_kpi k inner join kpi_definitions d using (kpi_id)
        where k.fiscal_year = 2026 and k.municipality_code is not null and k.value is not null
        """
    )
    expected = {(r["municipality_code"], r["kpi_id"]): r for r in rows}
    for section in sections:
        for row in table(section, "karte_figures").rows:
            mart = expected[section.key, row[0].text]
            assert row[2].text == written(mart["value"], mart["decimals"], mart["unit"])
            decimals = mart["decimals"] if mart["unit"] == "円" else max(mart["decimals"], 1)
            middle = written(mart["middle"], decimals, mart["unit"]) if mart["bodies"] >= 5 else "－"
            assert row[3].text == middle


def test_the_answer_is_the_stage_of_the_mart(sections: tuple[Section, ...], marts: Rows) -> None:
    stages = {r["municipality_code"]: r for r in marts("select * from mart_stage where fiscal_year = 2026")}
    labels = {"co_creation": "共創", "collaboration": "協働", "below": "協働未達"}
    for section in sections:
        answer, stage = section.blocks[0], stages[section.key]
        assert isinstance(answer, Answer)
        if stage["stage"] is None:
            assert "まだ示せません" in answer.lead
            assert stage["no_stage_reason"] in answer.because
        else:
            assert f"「{labels[stage['stage']]}」です" in answer.lead
            assert ("要確認" in answer.because) == stage["is_to_confirm"]
            assert (stage["missing_criteria_text"] or "最上位の段階") in answer.because


def test_the_calendar_is_the_marts(sections: tuple[Section, ...], marts: Rows) -> None:
    for section in sections:
        rows = marts(
            f"select * from mart_dispatch_month where fiscal_year = 2026 and municipality_code = '{section.key}' order by month"
        )
        found = table(section, "karte_calendar")
        if not rows:
            assert found.rows == ()
            continue
        assert [c.text for c in found.rows[0][1:]] == [str(r["planned_visit_count"]) for r in rows]
        delivered = [str(r["delivered_visit_count"]) if r["is_due"] else "－" for r in rows]
        assert [c.text for c in found.rows[2][1:]] == delivered


def test_a_year_without_anything_is_still_a_page_each(emptied: Path, report: Report, tmp_path: Path) -> None:
    facts = Facts(emptied)
    try:
        pages = kartes(facts)
    finally:
        facts.close()
    path = write_kartes(replace(report, kartes=pages[:3]), tmp_path / "karte.pdf")
    texts = [squeezed(p.extract_text()) for p in PdfReader(path).pages]
    assert len(texts) == 3
    assert all("まだ示せません" in text and "該当なし" in text for text in texts)


def test_however_much_there_is_it_stays_one_page_and_nothing_is_lost(report: Report, tmp_path: Path) -> None:
    rows = tuple((Cell(f"行{n}"), Cell("長い文" * 20)) for n in range(70))
    full = Karte(
        "300001",
        "満載町",
        (Table("t", "題", (Column("甲"), Column("乙", width=3)), rows, empty_reason="該当なし。"),),
        "架空県",
    )
    path = write_kartes(replace(report, kartes=(full, full)), tmp_path / "karte.pdf")
    pages = PdfReader(path).pages
    assert len(pages) == 2
    assert largest_letters(pages[0]) < 16
    text = squeezed(pages[0].extract_text())
    assert "行0" in text
    assert "行69" in text


def test_the_same_report_gives_the_same_bytes(report: Report, tmp_path: Path) -> None:
    some = replace(report, kartes=report.kartes[:2])
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_kartes(some, tmp_path / folder / "karte.pdf")
    assert (tmp_path / "a" / "karte.pdf").read_bytes() == (tmp_path / "b" / "karte.pdf").read_bytes()
    for path in (tmp_path / "a" / "karte").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "karte" / path.name).read_bytes()


def test_many_pages_are_set_by_processes_of_their_own_and_are_the_same(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(report, kartes=report.kartes[:3])
    (tmp_path / "threads").mkdir()
    (tmp_path / "processes").mkdir()
    write_kartes(few, tmp_path / "threads" / "karte.pdf")
    monkeypatch.setattr("pipelines.report.karte.pdf._PAGES_PER_PROCESS", 2)
    write_kartes(few, tmp_path / "processes" / "karte.pdf")
    names = sorted(p.relative_to(tmp_path / "threads") for p in (tmp_path / "threads").rglob("*.pdf"))
    assert len(names) == 4
    for name in names:
        assert (tmp_path / "threads" / name).read_bytes() == (tmp_path / "processes" / name).read_bytes()


def largest_letters(page: PageObject) -> float:
    """Height of the largest letters of a page in points, as they stand on paper."""
    found: list[float] = []

    def seen(text: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        if text.strip():
            found.append(abs(size * tm[3] * cm[3]))

    page.extract_text(visitor_text=seen)
    return max(found)


@pytest.mark.parametrize("pages_per_process", [40, 2])
def test_of_several_prefectures_each_has_its_own_file_and_the_first_says_where(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages_per_process: int
) -> None:
    """A nation's pages in one file took 17 GB of memory at 1,600 pages, and nobody could have used it."""
    monkeypatch.setattr("pipelines.report.karte.pdf._PAGES_PER_PROCESS", pages_per_process)
    own = report.kartes[:2]
    others = tuple(
        replace(karte, key=f"27{karte.key[2:]}", prefecture_name="大阪府") for karte in report.kartes[2:5]
    )
    path = write_kartes(replace(report, kartes=(*own, *others)), tmp_path / "karte.pdf")
    where = PdfReader(path).pages
    assert len(where) == 1
    text = squeezed(where[0].extract_text())
    assert largest_letters(where[0]) == pytest.approx(17)
    books = {"30_和歌山県.pdf": own, "27_大阪府.pdf": others}
    for name, expected in books.items():
        assert f"karte/{name}" in text
        pages = PdfReader(tmp_path / "karte" / name).pages
        assert len(pages) == len(expected)
        for page, karte in zip(pages, expected, strict=True):
            assert karte.key in page.extract_text()
    assert sorted(p.name for p in (tmp_path / "karte").iterdir()) == sorted(
        [*books, *(f"{karte.key}.pdf" for karte in (*own, *others))]
    )
