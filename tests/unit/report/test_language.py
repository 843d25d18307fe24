"""The report is written as a prefecture writes: one way of writing numbers, signs, dates and letters throughout."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pipelines.report.document import Figure, Report, Table
from tests.unit.report.test_four_forms import words_of

# Tables that quote what others wrote: names of files, words of a finding.
QUOTING = {
    "findings",
    "karte_findings",
    "evidence_index",
    "effect_evidence",
    "policy_cells",
    "submissions",
    "waivers",
}
# Letters that are words of the trade or names, in a text for people who have never programmed.
LETTERS = {
    "KPI", "WG", "DX", "GOALS", "RPA", "AI", "ANCOVA", "DiD", "HTML", "Excel", "PDF", "Word", "kyoso", "trace",
    "SD", "CSV", "IT", "ID", "OCR", "BPR", "EBPM", "SQL", "LGWAN", "LoGo", "Slack", "Teams",
    "mart_effect_evidence", "mart_decision_evidence",
}  # fmt: skip


def texts_of(report: Report) -> Iterator[tuple[str, str]]:
    """Every text of the report and the kartes with the table it stands in; quotations are left out."""
    for section in (*report.sections, *report.kartes):
        yield from (("", said) for said in words_of(section) if not said.startswith("所見"))
        for block in section.blocks:
            table = block.table if isinstance(block, Figure) else block
            if not isinstance(table, Table) or table.key in QUOTING:
                continue
            yield from ((table.key, column.label) for column in table.columns)
            yield from ((table.key, note) for note in {block.note, table.note} if note)  # type: ignore[union-attr]
            yield from ((table.key, cell.text) for row in table.rows for cell in row)


@pytest.fixture(scope="module")
def texts(report: Report) -> list[tuple[str, str]]:
    found = list(texts_of(report))
    assert len(found) > 5000
    return found


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a full-width letter, digit or bracket", "[！-～](?<!－)"),
        ("half-width katakana", "[｡-ﾟ]"),
        ("a number of four digits without a comma", r"(?<![\d,.A-Za-z_-])(?!20\d\d[年)/-])\d{4,}"),
        ("a hyphen for a minus", r"(?<![\w.)-])-\d"),
        ("two marks in a row", r"。。|、、|。、|、。|\(\)|\(、|、\)"),
        ("a mark of another language", r"[ぁ-んァ-ヶ一-龠][,.!;]"),
        ("a space before a mark", r" [、。)]|\( "),
        ("a word of the program", r"None|nan|Decimal|null|True|False|\{|\}"),
    ],
)
def test_there_is_no(texts: list[tuple[str, str]], fault: str, pattern: str) -> None:
    assert [(key, text) for key, text in texts if re.search(pattern, text)] == [], fault


def test_no_word_of_another_language_is_left(texts: list[tuple[str, str]]) -> None:
    wrong = {
        word
        for _, text in texts
        for word in re.findall(r"(?<![A-Za-z_])[A-Za-z_]{2,}(?![A-Za-z_\d])", text)
        if word not in LETTERS
    }
    assert wrong == set()


def test_a_triangle_stands_before_money_and_a_minus_before_everything_else(report: Report) -> None:
    tables = [b.table if isinstance(b, Figure) else b for s in report.sections for b in s.blocks]
    count = 0
    for table in (t for t in tables if isinstance(t, Table)):
        for row in table.rows:
            for column, cell in zip(table.columns, row, strict=True):
                if "▲" in cell.text:
                    count += 1
                    assert "円" in column.label or "円" in [c.text for c in row], (table.key, cell.text)
                if "−" in cell.text and "円" in column.label:
                    assert not re.fullmatch(r"−[\d,]+", cell.text), (table.key, cell.text)
    assert count


def test_every_day_in_a_sentence_has_its_era(texts: list[tuple[str, str]]) -> None:
    for _, text in texts:
        for year in re.findall(r"(?<!\()\b(20\d\d)年", text):
            assert f"({year}年)" in text, text


def test_it_says_how_numbers_are_rounded(report: Report) -> None:
    said = "".join(words_of(report.sections[-1]))
    assert "四捨五入" in said
    assert "丸める前の値" in said
