"""The table of contents as a field, filled in already: it is right before anybody updates it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.document import Report
from pipelines.report.word.text import escaped, plain

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph


def bookmark(heading: Paragraph, number: int, key: str) -> None:
    """Make a heading a place that the contents lead to."""
    from docx.oxml.ns import nsdecls
    from docx.oxml.parser import parse_xml

    start = f'<w:bookmarkStart {nsdecls("w")} w:id="{number}" w:name="{_name(key)}"/>'
    heading._p.insert(1, parse_xml(start))
    heading._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{number}"/>'))


def contents(document: Document, report: Report) -> None:
    """A line per section, without page numbers: those only the word processor can know."""
    from docx.oxml.ns import nsdecls
    from docx.oxml.parser import parse_xml

    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_paragraph("目次", style="Heading 2")
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\n \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    last = len(report.sections)
    for number, section in enumerate(report.sections, start=1):
        words = escaped(plain(f"第{number}章 {section.title}"))
        link = f'<w:hyperlink w:anchor="{_name(section.key)}"><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:hyperlink>'
        line = f"{begin if number == 1 else ''}{link}{end if number == last else ''}"
        paragraph = parse_xml(f"<w:p {nsdecls('w')}>{line}</w:p>")
        document.element.body.insert_element_before(paragraph, "w:sectPr")


def _name(key: str) -> str:
    return f"s_{key}"
