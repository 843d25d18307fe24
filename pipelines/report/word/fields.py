"""Fields: numbers and references that the word processor keeps right by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.word.text import escaped

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field at the end of a paragraph, with what it shows until it is updated."""
    from docx.oxml.ns import nsdecls
    from docx.oxml.parser import parse_xml

    kinds = (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {escaped(instruction)} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        f'<w:t xml:space="preserve">{escaped(shown)}</w:t>',
        '<w:fldChar w:fldCharType="end"/>',
    )
    for kind in kinds:
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{kind}</w:r>"))
