"""Marks on a sheet: a fill and a frame where something is wrong, and a comment that says what to do.

Red with a solid frame must be corrected, amber with a dashed one should be looked at: the frame says
the same without colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from math import ceil
from typing import TYPE_CHECKING, Any

from pipelines.report.correction.wording import BACK, FILLS, INKS, SEVERITY_LABELS, Row
from pipelines.report.spreadsheet_text import width_of, without_controls

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "県の自動確認"
SEPARATOR = "―― 県の自動確認 ――"
MAX_COLUMN, MAX_ROW = 16_384, 1_048_576
# A whole row is shown by its first cells: a fill across 16,384 columns helps nobody.
CELLS_OF_A_ROW = 3
_SHOWN_TEXT, _SHOWN_FINDINGS = 200, 10
_WIDTH_PIXELS, _COLUMNS, _LINE_PIXELS = 340, 46, 18
_CELL = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")
_ROW = re.compile(r"^([1-9]\d{0,6}):\d+$")
_COLUMN = re.compile(r"^([A-Z]{1,3}):[A-Z]{1,3}$")


def mark(sheet: Worksheet, findings: Sequence[Row]) -> dict[str, str]:
    """Mark every place that the findings name.

    Returns:
        The address shown for each finding id; findings about no place in the sheet are left out.
    """
    targets = {str(f["finding_id"]): _targets(sheet, str(f["cell"] or "")) for f in findings}
    by_cell: dict[str, list[Row]] = {}
    for finding in findings:
        for position, address in enumerate(targets[str(finding["finding_id"])]):
            _paint(sheet[address], finding["severity"])
            if position == 0:
                by_cell.setdefault(address, []).append(finding)
    for address, rows in by_cell.items():
        _comment(sheet[address], rows)
    return {finding: addresses[0] for finding, addresses in targets.items() if addresses}


def unmark(sheet: Worksheet) -> None:
    """Take away the marks of an earlier copy that was corrected and sent back as it was."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill

    for cell in _cells(sheet):
        comment = getattr(cell, "comment", None)
        if cell.value == BACK:
            cell.value = cell.hyperlink = None
        if comment is not None and SEPARATOR in comment.text:
            own = comment.text.partition(SEPARATOR)[0].strip()
            cell.comment = Comment(own, comment.author) if own else None
            if cell.fill.fgColor.rgb in {f"00{fill}" for fill in FILLS.values()}:
                cell.fill, cell.border = PatternFill(), Border()


def fit_comments(sheet: Worksheet) -> None:
    """Give every comment a box that shows all of its text: openpyxl forgets the size it had."""
    for cell in _cells(sheet):
        comment = getattr(cell, "comment", None)
        if comment is not None:
            lines = sum(max(1, ceil(width_of(line) / _COLUMNS)) for line in comment.text.split("\n"))
            comment.width, comment.height = _WIDTH_PIXELS, lines * _LINE_PIXELS + 14


def comment_text(finding: Row) -> str:
    """What the comment says: which rule in words, what was found, what is expected, one example."""
    lines = [f"【{SEVERITY_LABELS[finding['severity']]}】{finding['message']}"]
    if finding["typed_text"]:
        lines.append(f"入力: {_shortened(str(finding['typed_text']))}")
    for label, name in (("正しい書き方", "expected"), ("例", "example"), ("すること・候補", "suggestion")):
        if finding[name]:
            lines.append(f"{label}: {_shortened(str(finding[name]))}")
    return without_controls("\n".join(lines))


def _targets(sheet: Worksheet, address: str) -> list[str]:
    """The cells that show a place: the cell itself, a row's first cells, a column's heading."""
    from openpyxl.utils import column_index_from_string, get_column_letter

    if match := _CELL.match(address):
        if int(match[2]) > MAX_ROW or column_index_from_string(match[1]) > MAX_COLUMN:
            return []
        return [_visible(sheet, address)]
    if match := _ROW.match(address):
        row = int(match[1])
        if row > MAX_ROW:
            return []
        columns = range(1, min(sheet.max_column, 200) + 1)
        filled = [c for c in columns if (row, c) in sheet._cells and sheet.cell(row, c).value is not None]
        first = [f"{get_column_letter(c)}{row}" for c in filled[:CELLS_OF_A_ROW]] or [f"A{row}"]
        return list(dict.fromkeys(_visible(sheet, a) for a in first))
    if (match := _COLUMN.match(address)) and column_index_from_string(match[1]) <= MAX_COLUMN:
        column = column_index_from_string(match[1])
        rows = sorted(r for r, c in sheet._cells if c == column and sheet.cell(r, c).value is not None)
        return [_visible(sheet, f"{match[1]}{rows[0] if rows else 1}")]
    return []


def _visible(sheet: Worksheet, address: str) -> str:
    """The cell itself, or the one that stands for it in a merged range."""
    for merged in sheet.merged_cells.ranges:
        if address in merged:
            return str(merged.start_cell.coordinate)
    return address


def _cells(sheet: Worksheet) -> Iterable[Any]:
    return list(sheet._cells.values())


def _paint(cell: Any, severity: str) -> None:
    from openpyxl.styles import Border, PatternFill, Side

    if severity == "warning" and cell.fill.fgColor.rgb == f"00{FILLS['error']}":
        return
    cell.fill = PatternFill("solid", fgColor=FILLS[severity])
    line = Side(style="medium" if severity == "error" else "mediumDashed", color=INKS[severity])
    cell.border = Border(left=line, right=line, top=line, bottom=line)
    font = copy(cell.font)
    font.color = "000000"
    cell.font = font


def _comment(cell: Any, findings: list[Row]) -> None:
    """Add ours below whatever the sender has written there."""
    from openpyxl.comments import Comment

    texts = [comment_text(finding) for finding in findings[:_SHOWN_FINDINGS]]
    if len(findings) > _SHOWN_FINDINGS:
        texts.append(f"ほか{len(findings) - _SHOWN_FINDINGS}件は「指摘一覧」にあります。")
    ours = f"{SEPARATOR}\n" + "\n\n".join(texts)
    before = cell.comment
    text = f"{before.text}\n\n{ours}" if before is not None and before.text else ours
    cell.comment = Comment(text, before.author if before is not None else AUTHOR)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_TEXT else text[:_SHOWN_TEXT] + "…"
