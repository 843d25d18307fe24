"""The report as a Word document that people can go on writing in: real styles, captions, tables and fields."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.report.document import (
    Answer,
    Block,
    Bullets,
    Cards,
    Figure,
    Paragraph,
    Report,
    Section,
)
from pipelines.report.fixed_times import with_fixed_times
from pipelines.report.on_paper import on_paper
from pipelines.report.word.cards import card_row
from pipelines.report.word.contents import bookmark, contents
from pipelines.report.word.fields import add_field
from pipelines.report.word.front import front_matter
from pipelines.report.word.page import set_up_page
from pipelines.report.word.pictures import add_picture, pictures_of
from pipelines.report.word.table import add_note, data_table
from pipelines.report.word.text import plain

if TYPE_CHECKING:
    from docx.document import Document


@dataclass
class Target:
    """The document being written, with what it needs on the way.

    Attributes:
        pictures: drawn figures as PNG, by key.
        captions: how many of each kind there are so far.
    """

    document: Document
    pictures: dict[str, bytes]
    captions: Counter[str] = field(default_factory=Counter)

    def caption(self, kind: str, title: str) -> None:
        """A caption with a number of its own, as a field; `kind` is 表 or 図."""
        self.captions[kind] += 1
        line = self.document.add_paragraph(f"{kind} ", style="Caption")
        add_field(line, f"SEQ {kind} \\* ARABIC", str(self.captions[kind]))
        line.add_run(plain(f" {title}"))


_BULLETS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def write_word(report: Report, path: Path) -> Path:
    """Write the document. The same report gives the same bytes."""
    import docx

    report = on_paper(report)
    document = docx.Document()
    set_up_page(document, report)
    front_matter(document, report)
    target = Target(document, pictures_of(report))
    for number, section in enumerate(report.sections, start=1):
        if number == 2:
            # After the page that answers.
            contents(document, report)
        _section(target, number, section)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(with_fixed_times(buffer.getvalue()))
    return path


def _section(target: Target, number: int, section: Section) -> None:
    heading = target.document.add_heading(plain(f"第{number}章 {section.title}"), level=1)
    bookmark(heading, number, section.key)
    for block in section.blocks:
        _block(target, block)


def _block(target: Target, block: Block) -> None:
    document = target.document
    if isinstance(block, Answer):
        document.add_paragraph(plain(block.lead), style="結論")
        document.add_paragraph(plain(block.because), style="結論の理由")
    elif isinstance(block, Paragraph):
        style = {"heading": "Heading 2", "opinion": "所見"}.get(block.role, "Body Text")
        document.add_paragraph(plain(block.text), style=style)
    elif isinstance(block, Bullets):
        document.add_heading(plain(block.title), level=2)
        for position, item in enumerate(block.items):
            mark = _BULLETS[position] if position < len(_BULLETS) else f"({position + 1})"
            document.add_paragraph(plain(f"{mark}\t{item}"), style="箇条")
    elif isinstance(block, Cards):
        card_row(document, block)
    elif isinstance(block, Figure):
        _figure(target, block)
    else:
        target.caption("表", block.title)
        data_table(document, block, note=block.note)


def _figure(target: Target, figure: Figure) -> None:
    """A drawn figure as a picture; one that is its table as a table."""
    if figure.key not in target.pictures:
        target.caption("表", figure.title)
        data_table(target.document, figure.table, note=figure.note)
        return
    target.caption("図", figure.title)
    add_picture(target.document, figure, target.pictures[figure.key])
    add_note(target.document, figure.note)
