"""One content, four forms: what one of them prints, every other prints too, cell by cell, and nothing else."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.document import Answer, Bullets, Cards, Figure, Paragraph, Report, Section, Table
from tests.unit.report.reading import Page, squeezed

HEADING_ROW = 4


def tables_of(section: Section) -> list[Table]:
    return [
        block.table if isinstance(block, Figure) else block
        for block in section.blocks
        if isinstance(block, Table | Figure)
    ]


def every_table(report: Report) -> list[tuple[str, str, Table]]:
    """Key, title and table of every block that has one; what is shown twice is there once."""
    found: dict[str, tuple[str, str, Table]] = {}
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table | Figure):
                table = block.table if isinstance(block, Figure) else block
                found.setdefault(block.key, (block.key, block.title, table))
    return list(found.values())


def words_of(section: Section) -> list[str]:
    """Everything a section says outside its tables."""
    said: list[str] = [section.title]
    for block in section.blocks:
        match block:
            case Answer():
                said += [block.lead, block.because]
            case Paragraph():
                said.append(block.text)
            case Bullets():
                said += [block.title, *block.items]
            case Cards():
                for card in block.cards:
                    said += [card.label, card.kpi_id, card.value, card.unit, card.note]
            case Table() | Figure():
                said.append(block.title)
                rows = (block.table if isinstance(block, Figure) else block).rows
                if not rows:
                    said.append((block.table if isinstance(block, Figure) else block).empty_reason)
    return said


@pytest.fixture(scope="module")
def texts(page: Page, pdf_pages: list[str], documents: Path, book: Any) -> dict[str, str]:
    """All the words of each form, without white space."""
    import docx
    from docx.table import Table as WordTable

    def of_word() -> str:
        document = docx.Document(str(documents / "annual_evaluation.docx"))
        parts: list[str] = []
        for element in document.iter_inner_content():
            if isinstance(element, WordTable):
                parts += [cell.text for row in element.rows for cell in row.cells]
            else:
                parts.append(element.text)
        return squeezed("".join(parts))

    sheets = "".join(
        str(value)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    )
    return {
        "pdf": "".join(without_footer(text) for text in pdf_pages),
        "html": squeezed(page.text),
        "docx": of_word(),
        "xlsx": squeezed(sheets),
    }


def without_footer(text: str) -> str:
    """A page's text: the footer stands between a sentence and the rest of it on the next page."""
    return re.sub(
        r"令和\d+年度年次評価報告書【[^】]+】基準日令和\d+年\(\d+年\)\d+月\d+日架空データ\d+/\d+$", "", text
    )


@pytest.mark.parametrize("form", ["pdf", "html", "docx", "xlsx"])
def test_every_sentence_stands_in_every_form(texts: dict[str, str], report: Report, form: str) -> None:
    """Page one of the PDF is the summary and does not say so."""
    missing = [
        (section.key, said)
        for section in report.sections
        for said in words_of(section)
        if squeezed(said) not in texts[form] and (form, said) != ("pdf", "要約")
    ]
    assert missing == []


def test_every_cell_of_every_table_stands_in_the_page(page: Page, report: Report) -> None:
    count = 0
    for key, _, table in every_table(report):
        if not table.rows:
            continue
        rows = [row for row in page.tables[key] if len(row) == len(table.columns)]
        assert rows[0] == [column.label for column in table.columns], key
        # A table that stands in two chapters comes twice under its key.
        expected = [[cell.text for cell in row] for row in table.rows]
        assert [squeezed("|".join(row)) for row in rows[1 : len(expected) + 1]] == [
            squeezed("|".join(row)) for row in expected
        ], key
        count += len(expected) * len(table.columns)
    assert count > 3000


def test_every_cell_of_every_table_stands_in_the_workbook(book: Any, report: Report) -> None:
    count = 0
    for _, title, table in every_table(report):
        (sheet,) = [s for s in book if str(s["A1"].value).endswith(f" ― {title}")]
        if not table.rows:
            assert sheet.cell(HEADING_ROW, 1).value == table.empty_reason
            continue
        shift = 1 if table.groups else 0
        headings = [sheet.cell(HEADING_ROW, n + 1 + shift).value for n in range(len(table.columns))]
        assert headings == [column.label for column in table.columns]
        for position, row in enumerate(table.rows, start=1):
            for number, cell in enumerate(row, start=1):
                value = sheet.cell(HEADING_ROW + position, number + shift).value
                if cell.number is None:
                    assert (value or "") == cell.text, (title, position, number)
                else:
                    assert Decimal(str(value)) == Decimal(str(float(cell.number))), (title, position, number)
                count += 1
    assert count > 3000


def test_every_row_of_every_table_stands_in_the_pdf(texts: dict[str, str], report: Report) -> None:
    """A drawing stands for its table; Word's tables are compared cell by cell in test_word."""
    missing = []
    for section in report.sections:
        for block in section.blocks:
            table = block.table if isinstance(block, Figure) else block
            if not isinstance(table, Table) or (isinstance(block, Figure) and block.svg):
                continue
            for row in table.rows:
                wanted = squeezed("".join(cell.text for cell in row))
                if wanted not in texts["pdf"]:
                    missing.append((table.key, wanted))
    assert missing == []


def test_a_number_in_a_cell_is_the_number_that_is_printed(report: Report) -> None:
    """Rounded as printed, the number that Excel holds is the text that the other forms hold."""
    count = 0
    for _, title, table in every_table(report):
        for row in table.rows:
            for cell in row:
                if cell.number is None:
                    continue
                printed = re.search(r"[+−▲-]?[\d,]+(?:\.\d+)?", cell.text)
                assert printed, (title, cell)
                decimals = len(printed[0].partition(".")[2])
                said = Decimal(re.sub("[−▲]", "-", printed[0]).replace(",", "").lstrip("+"))
                assert abs(Decimal(cell.number) - said) <= Decimal(5).scaleb(-decimals - 1), (title, cell)
                count += 1
    assert count > 1500


def test_the_list_for_programs_holds_every_number_once_and_as_a_number(book: Any, report: Report) -> None:
    sheet = book["数値データ"]
    heading, *rows = list(sheet.iter_rows(values_only=True))
    assert not sheet.merged_cells.ranges
    assert len(set(heading)) == len(heading) == len([h for h in heading if h])
    expected = [
        (title, position, column.label, float(cell.number))
        for _, title, table in every_table(report)
        for position, row in enumerate(table.rows, start=1)
        for column, cell in zip(table.columns, row, strict=True)
        if cell.number is not None
    ]
    found = [(row[2], row[3], row[6], float(row[7])) for row in rows]
    assert found == expected
    assert all(isinstance(row[7], int | float) for row in rows)
    assert {row[9] for row in rows} == {"架空データ"}


def test_no_form_lacks_a_section_and_an_empty_table_says_why(texts: dict[str, str], report: Report) -> None:
    assert len(report.sections) == 13
    for number, section in enumerate(report.sections, start=1):
        for form, text in texts.items():
            assert squeezed(section.title) in text or number == 1, (form, section.title)
        for table in tables_of(section):
            assert (
                table.rows
                or "該当なし" in table.empty_reason
                or table.key
                in (
                    "checks",
                    "submissions",
                    "findings",
                )
            )
