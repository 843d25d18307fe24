"""The first sheet of a copy: every finding of the file, each with a link to its cell and one back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.report.correction.wording import (
    FILLS,
    INKS,
    LIST_SHEET,
    MEANING,
    SEVERITY_LABELS,
    STATE_LABELS,
    Row,
    place,
)
from pipelines.report.document import Cell
from pipelines.report.marks import RED, SOFT, STRONG, WASH
from pipelines.report.workbook.cells import FONT, fit_height, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = {
    "number": ("番号", 5),
    "severity": ("区分", 8),
    "state": ("状態", 8),
    "sheet": ("シート", 15),
    "place": ("場所", 9),
    "field_label": ("項目", 13),
    "typed_text": ("入力された値", 17),
    "message": ("指摘", 36),
    "expected": ("正しい書き方", 20),
    "example": ("例", 15),
    "suggestion": ("すること・候補", 22),
}
# What nobody would read through; findings.csv has them all.
MAX_LISTED = 2_000
_HOW = "場所の文字を押すと、その欄へ移ります。表の右の「※ 指摘一覧へ戻る」で、ここへ戻ります。"


@dataclass(frozen=True)
class Listed:
    """A finding on the list: where its link leads, and the row it stands in."""

    finding: Row
    sheet: str
    address: str


def write_finding_sheet(
    sheet: Worksheet, title: str, listed: list[Listed], notes: list[str], *, is_sample: bool
) -> dict[str, int]:
    """Write the list.

    Args:
        sheet: an empty sheet.
        title: the file's name as its sender knows it.
        listed: the findings in the order in which they are shown.
        notes: what the reader should know about the copy.
        is_sample: whether the data are fictional.

    Returns:
        The row of each finding by its id, for the links back.
    """
    from openpyxl.utils import get_column_letter

    has_states = any(entry.finding.get("state") for entry in listed)
    columns = {name: shape for name, shape in COLUMNS.items() if has_states or name != "state"}
    heading_row = _write_head(
        sheet, title, listed, notes, sum(w for _, w in columns.values()), is_sample=is_sample
    )
    for position, (label, width) in enumerate(columns.values(), start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
        put(sheet, heading_row, position, Cell(label), bold=True, fill=WASH, rule="heading")
    rows: dict[str, int] = {}
    for number, entry in enumerate(listed[:MAX_LISTED], start=1):
        row = heading_row + number
        _write_finding(sheet, row, number, entry, columns)
        rows[str(entry.finding["finding_id"])] = row
    _set_up(sheet, heading_row, len(rows), len(columns), is_sample=is_sample)
    return rows


def _write_head(
    sheet: Worksheet, title: str, listed: list[Listed], notes: list[str], width: int, *, is_sample: bool
) -> int:
    fictional = "【架空データ】" if is_sample else ""
    ink = RED if is_sample else STRONG
    put(sheet, 1, 1, Cell(f"{LIST_SHEET}{fictional}"), bold=True, size=14, color=ink, wrap=False)
    fit_height(sheet, 1, [], size=14)
    counts = Counter(entry.finding["severity"] for entry in listed)
    found = "、".join(f"{SEVERITY_LABELS[s]} {counts[s]}件" for s in SEVERITY_LABELS if counts[s])
    put(sheet, 2, 1, Cell(f"ファイル: {title}({found or '指摘はありません'})"), wrap=False)
    lines = [(f"{MEANING}{_HOW}" if listed else "このファイルに直すところはありません。", SOFT)]
    lines += [(note, INKS["error"]) for note in notes]
    if len(listed) > MAX_LISTED:
        lines.append(
            (f"{MAX_LISTED:,}件までを示しました。ほか{len(listed) - MAX_LISTED:,}件あります。", INKS["error"])
        )
    for row, (text, color) in enumerate(lines, start=3):
        put(sheet, row, 1, Cell(text), color=color)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(COLUMNS) - 1)
        fit_height(sheet, row, [(text, width)])
    if any(e.finding["severity"] in FILLS for e in listed):
        _write_legend(sheet, 3 + len(lines))
    return 5 + len(lines)


def _write_legend(sheet: Worksheet, row: int) -> None:
    from openpyxl.styles import Border, PatternFill, Side

    texts = {"error": "要修正の欄", "warning": "要確認の欄"}
    for column, (severity, text) in zip((1, 4), texts.items(), strict=True):
        put(sheet, row, column, Cell(text), wrap=False)
        span = (column, column + (1 if column == 1 else 0))
        line = Side(style="medium" if severity == "error" else "mediumDashed", color=INKS[severity])
        for painted in range(span[0], span[1] + 1):
            target = sheet.cell(row, painted)
            target.fill = PatternFill("solid", fgColor=FILLS[severity])
            target.border = Border(
                top=line,
                bottom=line,
                left=line if painted == span[0] else None,
                right=line if painted == span[1] else None,
            )
    fit_height(sheet, row, [])


def _write_finding(
    sheet: Worksheet, row: int, number: int, entry: Listed, columns: Mapping[str, tuple[str, int]]
) -> None:
    from openpyxl.styles import PatternFill

    finding = entry.finding
    values = finding | {
        "number": number,
        "severity": SEVERITY_LABELS[finding["severity"]],
        "state": STATE_LABELS.get(finding.get("state", ""), ""),
        "place": place(finding),
    }
    texts = [str(values[name] or "") for name in columns]
    for position, text in enumerate(texts, start=1):
        put(sheet, row, position, Cell(text), rule="row")
    if finding["severity"] in FILLS:
        sheet.cell(row, 2).fill = PatternFill("solid", fgColor=FILLS[finding["severity"]])
    if entry.sheet:
        cell = sheet.cell(row, list(columns).index("place") + 1)
        lead(cell, entry.sheet, entry.address or "A1", "この欄へ移る")
    fit_height(sheet, row, zip(texts, (w - 1 for _, w in columns.values()), strict=True))


def lead(cell: Any, sheet: str, address: str, tooltip: str) -> None:
    """Make a cell lead to a cell of a sheet of the same workbook."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{address}", tooltip=tooltip)
    cell.font = Font(name=FONT, size=10, color="16508F", underline="single")


def _set_up(sheet: Worksheet, heading_row: int, listed: int, columns: int, *, is_sample: bool) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = f"A{heading_row + 1}"
    if listed:
        sheet.auto_filter.ref = f"A{heading_row}:{get_column_letter(columns)}{heading_row + listed}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_properties.tabColor = STRONG
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "架空データ" if is_sample else ""
    footer.right.text = "&P / &N"
