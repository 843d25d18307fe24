"""The overview of one recipient: every open finding with a link to the marked-up copy, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.municipalities import area
from pipelines.report.correction.overview_sheet import (
    HEADING_ROW,
    finish,
    location_of,
    open_copy,
    write_head,
    write_line,
)
from pipelines.report.correction.wording import (
    FILLS,
    FOLDER,
    MEANING,
    SEVERITY_LABELS,
    STATE_LABELS,
    Row,
    member_and_sheet,
    place,
)
from pipelines.report.workbook.archive import save_reproducibly

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FILES_SHEET = "ファイル"
CHANGES_SHEET = "前回からの変化"
MAX_LISTED = 5_000
_FINDING_COLUMNS = {
    "severity": ("区分", 8),
    "state": ("状態", 8),
    "file": ("ファイル", 24),
    "sheet": ("シート", 15),
    "place": ("場所", 9),
    "field_label": ("項目", 13),
    "typed_text": ("入力された値", 17),
    "message": ("指摘", 34),
    "expected": ("正しい書き方", 20),
    "example": ("例", 15),
    "suggestion": ("すること・候補", 22),
}
_FILE_COLUMNS = {
    "file": ("ファイル", 46),
    "received": ("受領日", 12),
    "error": ("要修正(件)", 11),
    "warning": ("要確認(件)", 11),
    "copy": ("赤と黄で示した写し", 60),
    "note": ("写しについて", 50),
}
_CHANGE_COLUMNS = {
    "state": ("状態", 10),
    "severity": ("区分", 8),
    "file": ("指摘のあったファイル", 28),
    "again": ("再提出のファイル", 28),
    "sheet": ("シート", 15),
    "place": ("場所", 9),
    "field_label": ("項目", 13),
    "typed_text": ("入力されていた値", 17),
    "message": ("指摘", 40),
}
_WITHHELD = "複数の団体の行を含むため、写しは県の担当者が持っています。"


@dataclass(frozen=True)
class FileLine:
    """One file of the recipient: where its copies are (by member of a ZIP), seen from the overview."""

    file_id: str
    name: str
    received: str
    copies: Mapping[str, str]
    notes: tuple[str, ...]
    is_withheld: bool = False


@dataclass(frozen=True)
class Overview:
    """What one recipient is told: open findings, resolved ones, and the files they are about."""

    title: str
    findings: Sequence[Row]
    resolved: Sequence[Row]
    files: Mapping[str, FileLine]
    is_sample: bool


def write_overview(overview: Overview, path: Path) -> None:
    """Write the workbook. The same overview gives the same bytes."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = FOLDER
    _write_findings(sheet, overview)
    _write_files(book.create_sheet(FILES_SHEET), overview)
    if overview.resolved or any(f.get("state") == "unresolved" for f in overview.findings):
        _write_changes(book.create_sheet(CHANGES_SHEET), overview)
    book.properties.creator = area()
    save_reproducibly(book, path)


def _write_findings(sheet: Worksheet, overview: Overview) -> None:
    shown = overview.findings[:MAX_LISTED]
    left = len(overview.findings) - len(shown)
    lines = [_answer(overview), MEANING + "場所を押すと、直す欄に色を付けた写しが開きます。"]
    if not overview.findings:
        lines = [_answer(overview), ""]
    if left:
        lines[1] += f"{MAX_LISTED:,}件までを示しました。ほか{left:,}件あります。"
    write_head(sheet, overview.title, lines, _FINDING_COLUMNS, is_sample=overview.is_sample)
    for row, finding in enumerate(shown, start=HEADING_ROW + 1):
        member, member_sheet = member_and_sheet(finding)
        file = overview.files.get(finding["file_id"])
        values = finding | {
            "severity": SEVERITY_LABELS[finding["severity"]],
            "state": STATE_LABELS.get(finding.get("state", ""), ""),
            "file": finding["path"].rsplit("/", 1)[-1] + (f" › {member}" if member else ""),
            "sheet": member_sheet,
            "place": place(finding),
        }
        write_line(sheet, row, _FINDING_COLUMNS, values, FILLS.get(finding["severity"], ""))
        if file:
            copies = file.copies
            target = copies.get(member) or copies.get(str(finding["sheet"] or "")) or copies.get("")
            cell = sheet.cell(row, list(_FINDING_COLUMNS).index("place") + 1)
            open_copy(cell, target or next(iter(copies.values()), ""), location_of(finding))
    finish(sheet, _FINDING_COLUMNS, HEADING_ROW + len(shown), is_sample=overview.is_sample)


def _answer(overview: Overview) -> str:
    """One sentence with what there is to do."""
    counts = Counter(f["severity"] for f in overview.findings)
    resolved = (
        f"前回の指摘のうち{len(overview.resolved)}件は、再提出で解決しました。" if overview.resolved else ""
    )
    if not overview.findings:
        return f"直すところはありません。{resolved}"
    states = Counter(f.get("state") for f in overview.findings)
    unresolved = f"このうち{states['unresolved']}件は前回からの未解決です。" if states["unresolved"] else ""
    found = "、".join(f"{SEVERITY_LABELS[s]}が{counts[s]}件" for s in FILLS if counts[s])
    return f"{found}あります。{unresolved}{resolved}"


def _write_files(sheet: Worksheet, overview: Overview) -> None:
    write_head(
        sheet,
        "ファイルと写し",
        ["指摘のあるファイルと、色を付けた写しです。", ""],
        _FILE_COLUMNS,
        is_sample=overview.is_sample,
    )
    row = HEADING_ROW
    for file in sorted(overview.files.values(), key=lambda f: (f.received, f.name)):
        counts = Counter(f["severity"] for f in overview.findings if f["file_id"] == file.file_id)
        for number, (member, target) in enumerate(sorted(file.copies.items()) or [("", "")]):
            row += 1
            values: dict[str, Any] = {
                "file": f"{file.name} › {member}" if member else file.name,
                "received": file.received,
                "error": "" if number else str(counts["error"]),
                "warning": "" if number else str(counts["warning"]),
                "copy": target or "なし",
                "note": _WITHHELD if file.is_withheld else "".join(file.notes),
            }
            write_line(sheet, row, _FILE_COLUMNS, values, "")
            open_copy(sheet.cell(row, 5), target)
    finish(sheet, _FILE_COLUMNS, row, is_sample=overview.is_sample)


def _write_changes(sheet: Worksheet, overview: Overview) -> None:
    states = Counter(f.get("state") for f in overview.findings)
    answer = (
        f"前回のファイルへの指摘のうち、解決済み {len(overview.resolved)}件、未解決 {states['unresolved']}件。"
        f"新規の指摘 {states['new']}件。"
    )
    write_head(
        sheet,
        CHANGES_SHEET,
        [answer, "再提出されたファイルを、その前のファイルと比べました。"],
        _CHANGE_COLUMNS,
        is_sample=overview.is_sample,
    )
    rows = [*overview.resolved, *(f for f in overview.findings if f.get("state") in ("unresolved", "new"))]
    for row, finding in enumerate(rows[:MAX_LISTED], start=HEADING_ROW + 1):
        state = "resolved" if row - HEADING_ROW <= len(overview.resolved) else finding["state"]
        values = finding | {
            "state": STATE_LABELS[state],
            "severity": SEVERITY_LABELS[finding["severity"]],
            "file": finding["path"].rsplit("/", 1)[-1],
            "again": str(finding.get("resolved_by_path") or "").rsplit("/", 1)[-1],
            "sheet": member_and_sheet(finding)[1],
            "place": place(finding),
        }
        write_line(
            sheet,
            row,
            _CHANGE_COLUMNS,
            values,
            "D5E4F0" if state == "resolved" else FILLS[finding["severity"]],
        )
    finish(sheet, _CHANGE_COLUMNS, HEADING_ROW + min(len(rows), MAX_LISTED), is_sample=overview.is_sample)
