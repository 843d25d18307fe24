"""Figures as pictures: Word shows SVG only in new versions, so the same drawings are set as PNG."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.report.document import Figure, Report
from pipelines.report.typesetting import compiler
from pipelines.report.word.page import TEXT_WIDTH_MM
from pipelines.report.word.text import plain

if TYPE_CHECKING:
    from docx.document import Document

_PIXELS_PER_INCH = 200


def pictures_of(report: Report) -> dict[str, bytes]:
    """The drawn figures as PNG by key; only the embedded fonts are used, so the bytes are the same anywhere."""
    figures = {
        block.key: block.svg
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Figure) and block.svg
    }
    if not figures:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lines = ["#set page(width: auto, height: auto, margin: 0pt)"]
        for number, svg in enumerate(figures.values()):
            (root / f"{number}.svg").write_text(svg, encoding="utf-8")
            lines += ["#pagebreak()"] if number else []
            lines.append(f'#image("{number}.svg")')
        (root / "figures.typ").write_text("\n".join(lines), encoding="utf-8")
        pages = compiler(root / "figures.typ").compile(format="png", ppi=_PIXELS_PER_INCH)
    assert pages is not None
    return dict(zip(figures, pages if isinstance(pages, list) else [pages], strict=True))


def add_picture(document: Document, figure: Figure, picture: bytes) -> None:
    """The picture with the words that stand for it where it cannot be seen."""
    from docx.shared import Mm

    width = TEXT_WIDTH_MM * (1.0 if figure.width == "full" else 0.6)
    shape = document.add_paragraph(style="図").add_run().add_picture(io.BytesIO(picture), width=Mm(width))
    properties = shape._inline.docPr
    properties.set("title", plain(figure.title))
    properties.set("descr", plain(figure.alt))
