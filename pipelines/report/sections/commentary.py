"""The officer's commentary, marked as opinion."""

from __future__ import annotations

from pipelines.report.document import Block, Paragraph
from pipelines.report.facts import Facts
from pipelines.report.wording import wareki


def opinions(facts: Facts, section_no: int) -> list[Block]:
    """What the register holds for a section; `section_no` is the number on the officer's form."""
    return [
        Paragraph(
            f"所見({row['author_section'] or '記入課不明'}、{wareki(row['written_date'])}): {row['body']}",
            "opinion",
        )
        for row in facts.commentary(section_no)
    ]
