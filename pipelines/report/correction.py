"""Correction requests: one list of open findings per municipality, and one of everything.

A list only; the marked-up copy of the workbook that was sent is a later document. Typed text of
personal and respondent fields arrives here masked already.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.report.document import Cell
from pipelines.report.spreadsheet_text import safe_text
from pipelines.report.workbook.cells import RED, STRONG, WASH, fit_height, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Row = dict[str, Any]
FOLDER = "修正依頼"
SEVERITY_LABELS = {"error": "要修正", "warning": "要確認", "info": "参考"}
_COLUMNS = {
    "severity": ("区分", 9),
    "path": ("ファイル", 44),
    "sheet": ("シート", 16),
    "cell": ("セル", 8),
    "field_label": ("項目", 16),
    "typed_text": ("入力された値", 24),
    "message": ("指摘", 40),
    "expected": ("正しい書き方", 26),
    "example": ("例", 18),
    "suggestion": ("候補", 24),
}
_COLOURS = {"error": "F6D9D0", "warning": "FBEBCB"}
_HEADING_ROW = 4
_INTRODUCTION = "「要修正」は直してから再提出してください。「要確認」は正しければそのままで構いません。"


def write_corrections(status_dir: Path, findings: list[Row], *, is_sample: bool = False) -> list[Path]:
    """Write findings.csv and 修正依頼/<code>_<name>.xlsx for each municipality with open findings.

    Lists whose findings are unchanged stay as they are; lists of municipalities without open
    findings are removed, so that nobody sends an old one.
    """
    written = [_write(status_dir / "findings.csv", findings_csv(findings).encode("utf-8-sig"))]
    folder = status_dir / FOLDER
    folder.mkdir(exist_ok=True)
    known = _known(folder)
    current: dict[str, str] = {}
    for name, rows in _by_municipality(findings).items():
        digest = hashlib.sha256(findings_csv(rows).encode()).hexdigest()
        if known.get(name) != digest or not (folder / name).exists():
            _write(folder / name, _workbook(rows, is_sample=is_sample))
        current[name] = digest
        written.append(folder / name)
    for stale in folder.glob("*.xlsx"):
        if stale.name not in current:
            stale.unlink()
    _write(folder / ".contents.json", json.dumps(current, ensure_ascii=False, sort_keys=True).encode())
    return written


def list_name(finding: Row) -> str:
    """File name of the list that a finding belongs to."""
    if not finding["municipality_code"]:
        return "団体の定まらない資料.xlsx"
    return f"{finding['municipality_code']}_{finding['municipality_name']}.xlsx"


def findings_csv(findings: Iterable[Row]) -> str:
    """All columns of the findings as CSV, safe to open in a spreadsheet program."""
    rows = list(findings)
    stream = io.StringIO()
    writer = csv.writer(stream)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow(["" if value is None else safe_text(str(value)) for value in row.values()])
    return stream.getvalue()


def _by_municipality(findings: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for finding in findings:
        if finding["severity"] in _COLOURS:
            found.setdefault(list_name(finding), []).append(finding)
    return found


def _workbook(rows: list[Row], *, is_sample: bool) -> bytes:
    import openpyxl
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "修正依頼"
    fictional = "【架空データ】" if is_sample else ""
    put(
        sheet,
        1,
        1,
        Cell(f"修正依頼{fictional}"),
        bold=True,
        size=14,
        color=RED if is_sample else STRONG,
        wrap=False,
    )
    fit_height(sheet, 1, [], size=14)
    put(sheet, 2, 1, Cell(_INTRODUCTION), wrap=False)
    for position, (label, width) in enumerate(_COLUMNS.values(), start=1):
        put(sheet, _HEADING_ROW, position, Cell(label), bold=True, fill=WASH)
        sheet.column_dimensions[get_column_letter(position)].width = width
    for line, row in enumerate(rows, start=_HEADING_ROW + 1):
        texts = [SEVERITY_LABELS[row[n]] if n == "severity" else str(row[n] or "") for n in _COLUMNS]
        for position, text in enumerate(texts, start=1):
            put(sheet, line, position, Cell(text), rule="row")
        sheet.cell(line, 1).fill = PatternFill("solid", fgColor=_COLOURS[row["severity"]])
        widths = [width - 1 for _, width in _COLUMNS.values()]
        fit_height(sheet, line, zip(texts, widths, strict=True))
    _set_up_printing(sheet, _HEADING_ROW + len(rows), is_sample=is_sample)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _set_up_printing(sheet: Worksheet, last_row: int, *, is_sample: bool) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    sheet.auto_filter.ref = f"A{_HEADING_ROW}:{get_column_letter(len(_COLUMNS))}{last_row}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "架空データ" if is_sample else ""
    footer.right.text = "&P / &N"


def _known(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((folder / ".contents.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _write(path: Path, content: bytes) -> Path:
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(content)
    temporary.replace(path)
    return path
