"""The officer's commentary, marked as opinion; where nobody wrote any, that is said too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.report.document import Paragraph, Section
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import wareki

# Page one has room for what was written and none to say that nothing was; the annex is nobody's opinion.
_WITHOUT_A_BLANK = ("summary", "annex")
_BLANK = "所見: 未記入"


def with_opinions(facts: Facts, sections: Sequence[Section]) -> tuple[Section, ...]:
    """Each section with what the register holds for it; the number on the officer's form is that of the chapter."""
    written: dict[int, list[Paragraph]] = {}
    for row in facts.commentary():
        number = row["section_no"]
        # A number that no chapter has is a slip of the officer's; the words are shown all the same, at the end.
        chapter = number if 1 <= number <= len(sections) else len(sections)
        written.setdefault(chapter, []).append(
            _opinion(row, "" if chapter == number else f"章の番号 {number} は報告書にありません、")
        )
    found = []
    for number, section in enumerate(sections, start=1):
        opinions = written.get(number, [])
        if not opinions and section.key not in _WITHOUT_A_BLANK:
            opinions = [Paragraph(_BLANK, "opinion")]
        found.append(replace(section, blocks=(*section.blocks, *opinions)))
    return tuple(found)


def _opinion(row: Row, note: str) -> Paragraph:
    author = row["author_section"] or "記入課不明"
    return Paragraph(f"所見({note}{author}、{wareki(row['written_date'])}): {row['body']}", "opinion")
