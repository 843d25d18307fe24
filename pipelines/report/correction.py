"""Correction requests: one list of open findings per municipality, and one of everything.

A list only; the marked-up copy of the workbook that was sent is a later document. Typed text of
personal and respondent fields arrives here masked already.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
FOLDER = "修正依頼"
# Text starting like this would be run as a formula by a spreadsheet program.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
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


def write_corrections(status_dir: Path, findings: list[Row]) -> list[Path]:
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
            _write(folder / name, _workbook(rows))
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


def safe_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet program would take for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def as_typed(text: str) -> str:
    """Undo `safe_text`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _by_municipality(findings: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for finding in findings:
        if finding["severity"] in _COLOURS:
            found.setdefault(list_name(finding), []).append(finding)
    return found


def _workbook(rows: list[Row]) -> bytes:
    os.environ.setdefault("OPENPYXL_LXML", "False")
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "修正依頼"
    sheet["A1"] = "修正依頼"
    sheet["A1"].font = Font(size=14, bold=True, color="16324F")
    sheet["A2"] = "「要修正」は直してから再提出してください。「要確認」は正しければそのままで構いません。"
    for position, (label, width) in enumerate(_COLUMNS.values(), start=1):
        head = sheet.cell(row=4, column=position, value=label)
        head.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(position)].width = width
    for line, row in enumerate(rows, start=5):
        for position, name in enumerate(_COLUMNS, start=1):
            text = SEVERITY_LABELS[row[name]] if name == "severity" else str(row[name] or "")
            cell = sheet.cell(row=line, column=position, value=text)
            cell.data_type = "s"
            cell.quotePrefix = text.startswith(FORMULA_STARTS)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if name == "severity":
                cell.fill = PatternFill("solid", fgColor=_COLOURS[row["severity"]])
    sheet.freeze_panes = "A5"
    sheet.auto_filter.ref = f"A4:{get_column_letter(len(_COLUMNS))}{len(rows) + 4}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "4:4"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


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
