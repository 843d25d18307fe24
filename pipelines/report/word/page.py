"""Page, styles, header and footer of the Word document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.report.document import Report
from pipelines.report.marks import AMBER, RED, SOFT, STRONG, WASH
from pipelines.report.word.fields import add_field
from pipelines.report.word.text import plain
from pipelines.report.wording import wareki

if TYPE_CHECKING:
    from docx.document import Document

FONT = "游ゴシック"
TEXT_WIDTH_MM = 174.0
_MARGIN_MM = 18.0
# Name, based on, size, bold, ink, space before and after in points.
_STYLES: tuple[tuple[str, str, float, bool, str, float, float], ...] = (
    ("結論", "Normal", 13, True, STRONG, 6, 2),
    ("結論の理由", "Normal", 9.5, False, "000000", 0, 8),
    ("所見", "Normal", 9.5, False, "000000", 4, 6),
    ("箇条", "Normal", 9.5, False, "000000", 1, 2),
    ("表の注", "Normal", 8, False, SOFT, 2, 8),
    ("図", "Normal", 9, False, "000000", 2, 2),
    ("版の表示", "Normal", 8.5, False, SOFT, 0, 2),
    ("数値の名", "Normal", 8, False, SOFT, 0, 0),
    ("数値", "Normal", 18, True, STRONG, 0, 0),
)


# Order of a paragraph's properties (ECMA-376, CT_PPrBase), from the first that is set here.
_ORDER = (
    "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct",
    "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing",
    "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl",
    "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip


def set_up_page(document: Document, report: Report) -> None:
    """A4 upright, the house's styles, the edition on every page."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    page = document.sections[0]
    page.orientation = WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(_MARGIN_MM)
    page.top_margin, page.bottom_margin = Mm(17), Mm(17)
    page.header_distance = page.footer_distance = Mm(8)
    _styles(document)
    _footer(document, report)
    about = document.core_properties
    about.author, about.last_modified_by, about.language = report.area, report.area, "ja-JP"
    about.title = plain(f"{report.title}({report.edition})")
    about.comments = "架空データ" if report.is_sample else ""


def _styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm

    styles = document.styles
    _dress(styles["Normal"], 9.5, bold=False, ink="000000", before=0, after=4)
    for letters in ("autoSpaceDE", "autoSpaceDN"):
        # No space between kanji and digits, as in the other forms.
        _set(styles["Normal"], f'<w:{letters} {{ns}} w:val="0"/>')
    _dress(styles["Body Text"], 9.5, bold=False, ink="000000", before=0, after=5)
    _dress(styles["Title"], 17, bold=True, ink=STRONG, before=0, after=2)
    _dress(styles["Heading 1"], 14, bold=True, ink=STRONG, before=18, after=6)
    _dress(styles["Heading 2"], 10.5, bold=True, ink=STRONG, before=10, after=4)
    _dress(styles["Caption"], 10, bold=True, ink=STRONG, before=10, after=3)
    styles["Caption"].paragraph_format.keep_with_next = True
    _without_border(styles["Title"])
    for name, base, size, bold, ink, before, after in _STYLES:
        style: Any = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[base]
        style.quick_style = True
        _dress(style, size, bold=bold, ink=ink, before=before, after=after)
    styles["結論"].paragraph_format.keep_with_next = True
    styles["箇条"].paragraph_format.left_indent = Mm(6)
    styles["箇条"].paragraph_format.first_line_indent = Mm(-6)
    styles["箇条"].paragraph_format.tab_stops.add_tab_stop(Mm(6))
    for name in ("結論", "結論の理由"):
        _shade(styles[name], WASH)
    _bar(styles["所見"], AMBER)
    _language(styles)


def _dress(style: Any, size: float, *, bold: bool, ink: str, before: float, after: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(ink)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [key for key in fonts.attrib if "Theme" in key]:
        # A theme's font would win over the one named here.
        del fonts.attrib[name]
    for script in ("w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.15


def _shade(style: Any, fill: str) -> None:
    _set(style, f'<w:shd {{ns}} w:val="clear" w:color="auto" w:fill="{fill}"/>')


def _bar(style: Any, colour: str) -> None:
    line = f'<w:left w:val="single" w:sz="18" w:space="6" w:color="{colour}"/>'
    _set(style, f"<w:pBdr {{ns}}>{line}</w:pBdr>")


def _set(style: Any, xml: str) -> None:
    """Put a property of paragraphs where the schema wants it: Word refuses what stands out of order."""
    from docx.oxml.ns import nsdecls
    from docx.oxml.parser import parse_xml

    element = parse_xml(xml.replace("{ns}", nsdecls("w")))
    name = str(element.tag).rsplit("}", maxsplit=1)[1]
    successors = _ORDER[_ORDER.index(name) + 1 :]
    style.element.get_or_add_pPr().insert_element_before(element, *(f"w:{later}" for later in successors))


def _without_border(style: Any) -> None:
    from docx.oxml.ns import qn

    for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        border.getparent().remove(border)


def _language(styles: Any) -> None:
    """Japanese for what proofs the text; Latin letters among it are English."""
    from docx.oxml.ns import qn

    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "ja-JP")


def _footer(document: Document, report: Report) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm, Pt, RGBColor

    line = document.sections[0].footer.paragraphs[0]
    line.paragraph_format.tab_stops.clear_all()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM * 0.72), WD_TAB_ALIGNMENT.CENTER)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(plain(f"{report.title}【{report.edition}】 基準日 {wareki(report.as_of)}\t"))
    if report.is_sample:
        fictional = line.add_run("架空データ")
        fictional.bold = True
        fictional.font.color.rgb = RGBColor.from_string(RED)
    line.add_run("\t")
    add_field(line, "PAGE", "1")
    line.add_run(" / ")
    add_field(line, "NUMPAGES", "1")
    for run in line.runs:
        run.font.size = Pt(8)
