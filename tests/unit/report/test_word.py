"""The Word form says what the others say, and is a document that people can go on writing in."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.document import Bullets, Cell, Column, Figure, Paragraph, Report, Section, Table
from pipelines.report.word import write_word
from pipelines.report.word.table import widths_of
from tests.unit.report.reading import Rows, written

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def document(documents: Path) -> Any:
    import docx

    return docx.Document(str(documents / "annual_evaluation.docx"))


def shown(report: Report) -> list[Table]:
    """The tables that must stand in the document: those of the content, and of figures without a drawing."""
    found = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                found.append(block)
            elif isinstance(block, Figure) and not block.svg:
                found.append(block.table)
    return [t for t in found if t.rows]


def cells(table: Any) -> list[list[str]]:
    return [
        [
            "".join("\n" if t.tag == f"{W}br" else t.text or "" for t in cell.iter(f"{W}t", f"{W}br"))
            for cell in row.iter(f"{W}tc")
        ]
        for row in table._tbl.iter(f"{W}tr")
    ]


def data_tables(document: Any) -> list[Any]:
    return [t for t in document.tables if t._tbl.find(f".//{W}tblHeader") is not None]


def test_every_table_stands_there_cell_by_cell(document: Any, report: Report) -> None:
    expected = shown(report)
    found = data_tables(document)
    assert len(found) == len(expected) > 15
    for block, table in zip(expected, found, strict=True):
        rows = cells(table)
        assert rows[0] == [column.label for column in block.columns]
        body = [row for row in rows[1:] if len(row) == len(block.columns)]
        groups = [row[0] for row in rows[1:] if len(row) == 1 and len(block.columns) > 1]
        assert body == [[cell.text for cell in row] for row in block.rows]
        assert groups == list(dict.fromkeys(block.groups))


def test_every_kpi_has_the_value_of_the_mart(document: Any, marts: Rows) -> None:
    (table,) = [t for t in data_tables(document) if cells(t)[0][:4] == ["番号", "KPI", "単位", "値"]]
    values = {row[0]: row[3] for row in cells(table)[1:] if len(row) > 1}
    assert values == {
        k["kpi_id"]: written(k["value"], k["decimals"], k["unit"]) if k["value"] is not None else "－"
        for k in marts.kpis()
    }


def test_every_section_is_a_heading_and_every_table_and_figure_has_a_numbered_caption(
    document: Any, report: Report
) -> None:
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [f"第{n}章 {s.title}" for n, s in enumerate(report.sections, start=1)]
    captions = [p for p in document.paragraphs if p.style.name == "Caption"]
    blocks = [b for s in report.sections for b in s.blocks if isinstance(b, (Table, Figure))]
    assert [re.sub(r"^[表図] \d+ ", "", p.text) for p in captions] == [b.title for b in blocks]
    for kind in "表図":
        numbers = [int(m[1]) for p in captions if (m := re.match(rf"{kind} (\d+) ", p.text))]
        assert numbers == list(range(1, len(numbers) + 1))
    assert all("SEQ" in "".join(i.text or "" for i in p._p.iter(f"{W}instrText")) for p in captions)


def test_what_is_said_in_words_is_all_there(document: Any, report: Report) -> None:
    said = "\n".join(p.text for p in document.paragraphs)
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                assert block.text in said
            elif isinstance(block, Bullets):
                assert all(item in said for item in block.items)
    opinions = [p for p in document.paragraphs if p.style.name == "所見"]
    assert len(opinions) == sum(
        isinstance(b, Paragraph) and b.role == "opinion" for s in report.sections for b in s.blocks
    )


def test_every_drawn_figure_is_a_picture_with_words_for_who_cannot_see_it(
    document: Any, report: Report
) -> None:
    drawn = [b for s in report.sections for b in s.blocks if isinstance(b, Figure) and b.svg]
    shapes = document.inline_shapes
    assert len(shapes) == len(drawn) > 5
    assert [s._inline.docPr.get("descr") for s in shapes] == [b.alt for b in drawn]


def test_heading_rows_repeat_and_no_row_is_torn(document: Any) -> None:
    for table in data_tables(document):
        rows = table._tbl.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_every_page_says_edition_and_that_the_data_are_fictional(document: Any, report: Report) -> None:
    footer = document.sections[0].footer.paragraphs[0].text
    assert f"【{report.edition}】" in footer
    assert "架空データ" in footer
    assert report.release_id in "\n".join(p.text for p in document.paragraphs[:6])


def test_no_word_of_the_program_and_no_clock_is_left_in_it(document: Any) -> None:
    about = document.core_properties
    assert about.author == "和歌山県"
    assert about.language == "ja-JP"
    assert (about.created.year, about.modified.year) == (2020, 2020)
    assert "python" not in (about.comments or "")


def test_the_same_report_gives_the_same_bytes(report: Report, tmp_path: Path) -> None:
    first, second = write_word(report, tmp_path / "a.docx"), write_word(report, tmp_path / "b.docx")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("text", ["<w:p/>&amp;]]>", "=1+1", "a\x00b\x0bc", '"引用"', "行\n改行"])
def test_text_from_outside_stays_text(report: Report, tmp_path: Path, text: str) -> None:
    import docx

    table = Table(
        "t", text, (Column(text), Column("値")), ((Cell(text), Cell("1")),), text, empty_reason="該当なし。"
    )
    section = Section("s", text, (Paragraph(text), Bullets("b", text, (text,)), table))
    path = write_word(
        replace(report, title=text, edition=text, sections=(section, section)), tmp_path / "a.docx"
    )
    again = docx.Document(str(path))
    expected = text.replace("\x00", "").replace("\x0b", "")
    assert len(again.tables) == 2
    assert cells(again.tables[0])[1][0] == expected
    assert any(p.text == expected for p in again.paragraphs)


def test_an_empty_table_says_why_instead_of_showing_a_grid(report: Report, tmp_path: Path) -> None:
    import docx

    table = Table("t", "題", (Column("列"),), (), empty_reason="該当なし。まだ受領していません。")
    path = write_word(replace(report, sections=(Section("s", "章", (table,)),)), tmp_path / "a.docx")
    again = docx.Document(str(path))
    assert not again.tables
    assert "該当なし。まだ受領していません。" in [p.text for p in again.paragraphs]


@pytest.mark.parametrize("digits", [1, 9, 13, 60])
def test_no_number_is_torn_where_words_can_give_way(digits: int) -> None:
    number = "9" * digits
    columns = (Column("名前", width=4), Column("額(円)", "right", 1), Column("件", "right", 1))
    table = Table(
        "t", "題", columns, ((Cell("長い名前" * 20), Cell(number), Cell("1")),), empty_reason="該当なし。"
    )
    words, money, count = widths_of(table, 9000)
    assert abs(words + money + count - 9000) <= 2
    assert words >= 6000 * 0.6 - 1, "words keep room of their own"
    assert count >= 196
    if digits < 60:
        assert money >= digits * 96


def test_every_number_of_the_report_has_room_in_its_column(report: Report) -> None:
    for table in shown(report):
        for column, width in zip(table.columns, widths_of(table, 9865), strict=True):
            if column.align == "right":
                position = table.columns.index(column)
                longest = max(len(row[position].text) for row in table.rows)
                assert width >= longest * 7.5 * 0.6 * 20, (table.key, column.label)
