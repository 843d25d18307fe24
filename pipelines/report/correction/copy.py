"""The marked-up copy of a file that was sent. The unit of work of a killable worker: received files are hostile.

Example:
    >>> from pipelines.report.correction.copy import CopyJob, mark_up
    >>> result = mark_up(CopyJob(Path("報告書.xlsx"), "報告書.xlsx", findings, Path("報告書_写し.xlsx")))
    >>> result.files, result.notes
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.container import kind_of, opened
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import name_of, read_tables
from pipelines.report.correction.finding_sheet import Listed, lead, write_finding_sheet
from pipelines.report.correction.kept import not_kept
from pipelines.report.correction.marks import fit_comments, mark
from pipelines.report.correction.opened_book import Opened, open_book, rebuilt_book
from pipelines.report.correction.wording import BACK, FILLS, INKS, LIST_SHEET, Row, member_and_sheet
from pipelines.report.workbook.archive import reproducible_bytes

if TYPE_CHECKING:
    from openpyxl import Workbook

_ORDER = {"error": 0, "warning": 1, "info": 2}
# Findings about a heading: a word beside the headings would count as one when the copy is sent back.
_HEADING_RULES = ("missing_column", "unknown_column", "missing_preamble")
_NO_COPY = "元のファイルの写しは作れませんでした: {reason}指摘の一覧だけを示します。"
_LONGEST_NAME_BYTES = 200


@dataclass(frozen=True)
class CopyJob:
    """What a worker needs to mark up one file.

    Attributes:
        path: the file as received, or None where there is none to open.
        name: the file's name as its sender knows it.
        findings: rows of the findings table, with their state.
        target: where the copy goes; members of a ZIP get copies of their own beside it.
        reason: why the file must not be opened again, when a worker has died over it.
    """

    path: Path | None
    name: str
    findings: tuple[Row, ...]
    target: Path
    is_sample: bool = False
    reason: str = ""


@dataclass(frozen=True)
class CopyResult:
    """The copies made: file name by member of a ZIP ('' for the file itself), and what they could not keep."""

    files: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def mark_up(job: CopyJob) -> CopyResult:
    """Make the copy of a file, or of every member of a ZIP that has findings."""
    if job.path is None or job.reason:
        return _list_only(job, job.reason)
    try:
        if kind_of(job.path) == "zip":
            return _mark_up_members(job, job.path)
        return _mark_up_one(job, job.path, read_tables(job.path).grids)
    except Refused as refused:
        return _list_only(job, refused.message)


def _mark_up_members(job: CopyJob, path: Path) -> CopyResult:
    files: dict[str, str] = {}
    notes: list[str] = []
    with opened(path) as archive, tempfile.TemporaryDirectory(prefix="kyoso-") as folder:
        entries = {name_of(entry): entry for entry in archive.infolist() if not entry.is_dir()}
        for member, findings in _by_member(job, set(entries)).items():
            target = member_target(job.target, member) if member else job.target
            part = CopyJob(
                None, f"{job.name} › {member}" if member else job.name, findings, target, job.is_sample
            )
            if not member:
                files |= _list_only(part, "").files
                continue
            place = Path(folder) / "member"
            with archive.open(entries[member]) as source, place.open("wb") as copy:
                shutil.copyfileobj(source, copy, 2**20)
            try:
                made = _mark_up_one(part, place, read_tables(place).grids)
            except Refused as refused:
                made = _list_only(part, refused.message)
            files[member] = made.files[""]
            notes += made.notes
    return CopyResult(files, tuple(dict.fromkeys(notes)))


def member_target(target: Path, member: str) -> Path:
    """Where the copy of a ZIP's member goes: beside the ZIP's own, named after both."""
    flat = "".join(
        "_" if c in '<>:"/\\|?*#%[]' or ord(c) < 32 else c for c in Path(member).with_suffix("").as_posix()
    )
    stem = os.fsencode(f"{target.stem}_{flat}")[:_LONGEST_NAME_BYTES].decode("utf-8", "ignore").rstrip(". ")
    return target.with_name(f"{stem}{target.suffix}")


def _by_member(job: CopyJob, members: set[str]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for finding in job.findings:
        member, _ = member_and_sheet(finding)
        # A CSV in a ZIP, and a member that was refused, go by their own name alone.
        member = member or str(finding["sheet"] or "")
        found.setdefault(member if member in members else "", ())
        found[member if member in members else ""] += (finding,)
    return dict(sorted(found.items()))


def _mark_up_one(job: CopyJob, path: Path, grids: list[Grid]) -> CopyResult:
    book = open_book(path, grids)
    try:
        return _marked_up(job, path, book)
    except (Refused, MemoryError, OSError):
        raise
    except Exception:  # openpyxl reads some things that it cannot write: the values can still be shown
        if not book.is_original:
            raise
        return _marked_up(job, path, rebuilt_book(path, grids))


def _marked_up(job: CopyJob, path: Path, book: Opened) -> CopyResult:
    listed = _marked(book, job.findings)
    notes = list(book.notes)
    _add_list(book.book, job, listed, notes)
    data = reproducible_bytes(book.book)
    if book.is_original and (lost := not_kept(path, data, "xl/worksheets/sheet1.xml", book.warnings)):
        # The list says what was lost, and that is known only once the copy has been written.
        notes = lost + notes
        del book.book[LIST_SHEET]
        _add_list(book.book, job, listed, notes)
        data = reproducible_bytes(book.book)
    return _written(job, data, notes)


def _written(job: CopyJob, data: bytes, notes: list[str]) -> CopyResult:
    part = job.target.with_name(job.target.name + ".part")
    part.write_bytes(data)
    part.replace(job.target)
    return CopyResult({"": job.target.name}, tuple(notes))


def _marked(book: Opened, findings: tuple[Row, ...]) -> list[Listed]:
    """Mark the findings in their sheets, and list them."""
    by_sheet: dict[str, list[Row]] = {}
    for finding in findings:
        by_sheet.setdefault(book.sheet_of(finding), []).append(finding)
    shown: dict[str, Listed] = {str(f["finding_id"]): Listed(f, "", "") for f in findings}
    for name, rows in by_sheet.items():
        if not name:
            continue
        sheet = book.book[name]
        addresses = mark(sheet, [row for row in rows if row["severity"] in FILLS])
        worst = min(rows, key=lambda row: _ORDER[row["severity"]])["severity"]
        if worst in INKS:
            sheet.sheet_properties.tabColor = INKS[worst]
        for row in rows:
            finding_id = str(row["finding_id"])
            shown[finding_id] = Listed(row, name, addresses.get(finding_id, ""))
    order = {name: number for number, name in enumerate(book.book.sheetnames)}
    return sorted(
        shown.values(),
        key=lambda entry: (
            _ORDER[entry.finding["severity"]],
            order.get(entry.sheet, -1),
            int(entry.finding["row"] or 0),
            str(entry.finding["finding_id"]),
        ),
    )


def _add_list(book: Workbook, job: CopyJob, listed: list[Listed], notes: list[str]) -> None:
    sheet = book.create_sheet(LIST_SHEET, 0)
    rows = write_finding_sheet(sheet, job.name, listed, notes, is_sample=job.is_sample)
    for other in book.worksheets:
        if other is not sheet:
            other.sheet_view.tabSelected = False
            fit_comments(other)
    book.active = 0
    _lead_back(book, listed, rows)


def _lead_back(book: Workbook, listed: list[Listed], rows: Mapping[str, int]) -> None:
    """A link back beside the table, in each row with a mark and out of what is printed."""
    from openpyxl.utils import get_column_letter

    edges: dict[str, int] = {}
    done: set[tuple[str, int]] = set()
    for entry in listed:
        row = rows.get(str(entry.finding["finding_id"]))
        if not entry.address or row is None or entry.finding["rule"] in _HEADING_RULES:
            continue
        sheet: Any = book[entry.sheet]
        line = sheet[entry.address].row
        if (entry.sheet, line) in done:
            continue
        done.add((entry.sheet, line))
        edge = edges.setdefault(entry.sheet, _edge(sheet))
        if edge <= 16_384 and edge > 0:
            cell = sheet.cell(line, edge)
            cell.value = BACK
            lead(cell, LIST_SHEET, f"A{row}", "指摘一覧へ戻る")
            sheet.column_dimensions[get_column_letter(edge)].width = 18
            if not sheet.print_area and not sheet._charts:
                sheet.print_area = f"A1:{get_column_letter(max(edge - 2, 1))}{sheet.max_row}"


def _edge(sheet: Any) -> int:
    """The column after an empty one right of everything; where an earlier link stands, the same again."""
    cells = [(c, cell.value) for (_, c), cell in sheet._cells.items() if cell.value is not None]
    links = [c for c, value in cells if value == BACK]
    return links[0] if links else max((c for c, _ in cells), default=0) + 2


def _list_only(job: CopyJob, reason: str) -> CopyResult:
    from openpyxl import Workbook

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    notes = [_NO_COPY.format(reason=reason)] if reason else []
    listed = [
        Listed(finding, "", "") for finding in sorted(job.findings, key=lambda f: _ORDER[f["severity"]])
    ]
    _add_list(book, job, listed, notes)
    return _written(job, reproducible_bytes(book), notes)
