"""What the document is, of which edition and release: the lines above the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.document import Report
from pipelines.report.marks import RED
from pipelines.report.word.text import plain
from pipelines.report.wording import wareki

if TYPE_CHECKING:
    from docx.document import Document


def front_matter(document: Document, report: Report) -> None:
    """Title, edition, as-of date, release and checks."""
    from docx.shared import RGBColor

    above = document.add_paragraph(plain(f"{report.area} 市町村DX支援事業"), style="版の表示")
    if report.is_sample:
        fictional = above.add_run("  架空データ")
        fictional.bold = True
        fictional.font.color.rgb = RGBColor.from_string(RED)
    document.add_paragraph(plain(f"{report.title} {report.edition}"), style="Title")
    facts = (
        f"基準日 {wareki(report.as_of)}  版 {report.release_id} / プログラム {report.code_version}  "
        f"公開前の検査 {report.verdict_text}"
    )
    document.add_paragraph(plain(facts), style="版の表示")
    if report.edition_note:
        document.add_paragraph(plain(report.edition_note), style="版の表示")
