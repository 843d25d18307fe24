"""How cells of a form look, and which of them may be typed into."""

from __future__ import annotations

from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from pipelines.report.marks import RULE, SOFT, STRONG
from pipelines.report.spreadsheet_text import width_of, without_controls

if TYPE_CHECKING:
    from openpyxl.styles import Alignment, Border, Font, PatternFill
    from openpyxl.worksheet.worksheet import Worksheet

# On every Windows and replaced by Noto or IPA of the same width elsewhere.
FONT = "Meiryo"
_REQUIRED_FILL, _OPTIONAL_FILL, _INPUT_FILL = "D5E4F0", "F0F0F0", "FFFDF2"
_SIZE = 10
_LINE_HEIGHT = 18.0


@cache
def font(size: int = _SIZE, *, bold: bool = False, color: str = "000000") -> Font:
    """The form's font."""
    from openpyxl.styles import Font

    return Font(name=FONT, size=size, bold=bold, color=color)


@cache
def _fill(color: str) -> PatternFill:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=color)


@cache
def _border() -> Border:
    from openpyxl.styles import Border, Side

    line = Side(style="thin", color=RULE)
    return Border(left=line, right=line, top=line, bottom=line)


@cache
def alignment(*, wrap: bool = False, horizontal: str | None = None, vertical: str = "center") -> Alignment:
    """Alignment; a long text shows whole in a higher row."""
    from openpyxl.styles import Alignment

    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap)


def write(sheet: Worksheet, row: int, column: int, value: str | int | float, **look: Any) -> Any:
    """Write a text or a number that nobody is to change. `look`: size, bold, color, wrap, fill, horizontal."""
    cell: Any = sheet.cell(row, column)
    cell.value = without_controls(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.font = font(look.get("size", _SIZE), bold=look.get("bold", False), color=look.get("color", "000000"))
    cell.alignment = alignment(wrap=look.get("wrap", False), horizontal=look.get("horizontal"))
    if look.get("fill"):
        cell.fill = _fill(look["fill"])
        cell.border = _border()
    return cell


def write_heading(sheet: Worksheet, row: int, column: int, text: str, *, is_required: bool) -> None:
    """A heading; darker where the column is required, which a word above it says as well."""
    fill = _REQUIRED_FILL if is_required else _OPTIONAL_FILL
    write(sheet, row, column, text, bold=True, wrap=True, fill=fill, horizontal="center")


def write_requirement(sheet: Worksheet, row: int, column: int, word: str, *, is_required: bool) -> None:
    """必須 or 任意."""
    write(
        sheet, row, column, word, size=9, bold=is_required, color=STRONG if is_required else SOFT,
        horizontal="center",
    )  # fmt: skip


def dress_input(cell: Any, number_format: str, *, wrap: bool) -> None:
    """Make a cell one to type into."""
    from openpyxl.styles import Protection

    cell.font, cell.border, cell.fill = font(), _border(), _fill(_INPUT_FILL)
    cell.alignment = alignment(wrap=wrap, vertical="top" if wrap else "center")
    cell.number_format = number_format
    cell.protection = Protection(locked=False)


def unlock_column(sheet: Worksheet, column: int, width: float, number_format: str, *, wrap: bool) -> None:
    """A column in which all cells without a look of their own may be typed into, however far down."""
    from openpyxl.styles import Protection
    from openpyxl.utils import get_column_letter

    dimension: Any = sheet.column_dimensions[get_column_letter(column)]
    dimension.width = width
    dimension.font, dimension.number_format = font(), number_format
    dimension.alignment = alignment(wrap=wrap, vertical="top" if wrap else "center")
    dimension.protection = Protection(locked=False)


def row_height(sheet: Worksheet, row: int, texts: list[tuple[str, float]], *, least: int = 1) -> None:
    """Make a row as high as its texts need in columns of the given widths."""
    lines = max((ceil(width_of(text) / max(width - 2, 1)) for text, width in texts), default=1)
    sheet.row_dimensions[row].height = max(lines, least) * _LINE_HEIGHT + 2


def protect(sheet: Worksheet, *, is_input: bool) -> None:
    """Protect without a password: against slips, not against people. Rows may be added and removed."""
    protection = sheet.protection
    protection.sheet = True
    if is_input:
        protection.insertRows = protection.deleteRows = False
        protection.sort = protection.autoFilter = False
    protection.formatRows = protection.formatColumns = protection.formatCells = False


def set_up_page(sheet: Worksheet, footer: str, heading_row: int) -> None:
    """A4 landscape, one page wide, the heading on every page and always in sight."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.freeze_panes = f"A{heading_row + 1}"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.75, 0.35
    line = sheet.oddFooter
    assert line is not None
    line.left.text, line.right.text = footer, "&P / &N"
