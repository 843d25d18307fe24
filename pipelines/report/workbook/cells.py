"""Cells: numbers as numbers, everything else as text and never as a formula; and how they look."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from math import ceil
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pipelines.report.document import Cell, Report
from pipelines.report.marks import BOLD, FILLS, RED, RULE, SOFT, STRONG
from pipelines.report.spreadsheet_text import FORMULA_STARTS, width_of, without_controls
from pipelines.report.wording import wareki

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "游ゴシック"
_STYLES: WeakKeyDictionary[Any, dict[tuple[object, ...], Any]] = WeakKeyDictionary()


def put(sheet: Worksheet, row: int, column: int, cell: Cell, **look: Any) -> Any:
    """Write a cell; `look` may name bold, size, color, fill, align, wrap and rule (heading or row)."""
    target: Any = sheet.cell(row, column)
    if cell.number is None:
        put_text(target, cell.text)
        form = "General"
    else:
        target.value = cell.number
        form = cell.number_format or "General"
    # Copied: making a style and looking it up in the workbook costs more than all the rest.
    styles = _STYLES.setdefault(sheet.parent, {})
    key = (cell.mark, form, target.quotePrefix, *sorted(look.items()))
    if key in styles:
        target._style = copy(styles[key])
    else:
        _dress(target, cell.mark, form, look)
        styles[key] = copy(target._style)
    return target


def _dress(target: Any, mark: str, form: str, look: dict[str, Any]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    fill, ink = FILLS.get(mark, (None, "000000"))
    target.number_format = form
    target.font = Font(
        name=FONT,
        size=look.get("size", 10),
        bold=bool(look.get("bold")) or mark in BOLD,
        color=look.get("color", ink),
    )
    if fill or look.get("fill"):
        target.fill = PatternFill("solid", fgColor=fill or look["fill"])
    if look.get("rule") == "heading":
        line = Side(style="medium", color=STRONG)
        target.border = Border(top=line, bottom=line)
    elif look.get("rule") == "row":
        target.border = Border(bottom=Side(style="hair", color=RULE))
    target.alignment = Alignment(
        horizontal=look.get("align"),
        vertical="top",
        wrap_text=look.get("wrap", True),
        # Text keeps clear of a number that ends where it begins.
        indent=1 if look.get("align") == "left" else 0,
    )


def put_text(target: Any, text: str) -> None:
    """Write text as text, whatever it begins with."""
    target.value = without_controls(text)
    target.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        target.quotePrefix = True


def put_title(sheet: Worksheet, report: Report, title: str) -> None:
    """The first two rows of every sheet: what it is, and of which release."""
    put(sheet, 1, 1, Cell(title), bold=True, size=14, color=STRONG, wrap=False)
    fit_height(sheet, 1, [], size=14)
    facts = (
        f"{report.title}({report.edition}) 基準日 {wareki(report.as_of)} 版 {report.release_id} "
        f"プログラム {report.code_version} 公開前の検査 {report.verdict_text}"
    )
    fictional = "【架空データ】 " if report.is_sample else ""
    put(sheet, 2, 1, Cell(fictional + facts), size=9, color=RED if fictional else SOFT, wrap=False)


def link(cell: Any, sheet_name: str, row: int, tooltip: str) -> None:
    """Make a cell lead to a row of another sheet."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet_name}'!A{row}", tooltip=tooltip)
    cell.font = Font(name=FONT, size=cell.font.size, color="16508F", underline="single")


def fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]], size: float = 10) -> None:
    """Make a row as high as its texts need, each in columns of the given width.

    Not left to the program that opens the file: not every one fits rows, and none fits merged cells.
    """
    lines = max((ceil(width_of(text) * size / 10 / width) for text, width in texts), default=1)
    sheet.row_dimensions[row].height = max(1, lines) * 1.5 * size + 3


def set_up_printing(sheet: Worksheet, report: Report, *, heading_row: int | None = None) -> None:
    """A4 landscape, one page wide, with what the sheet is in the footer."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if heading_row:
        sheet.print_title_rows = f"{heading_row}:{heading_row}"
        sheet.freeze_panes = f"A{heading_row + 1}"
    put_footer(sheet, report)


def put_footer(sheet: Worksheet, report: Report) -> None:
    """What the sheet is of, on every printed page."""
    footer = sheet.oddFooter
    assert footer is not None
    footer.left.text = f"{report.title}【{report.edition}】"
    footer.center.text = "架空データ" if report.is_sample else ""
    footer.right.text = "&P / &N"
