"""Writing the files: workbooks as offices lay them out, CSV as systems export them. Same input, same bytes."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.demo.spelling import Speller
from pipelines.ingest.contracts import Dataset, all_datasets

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FIXED = (2026, 1, 1, 0, 0, 0)
NOTICE = "架空データ(実在の団体の実績ではありません)"
Row = Mapping[str, Any]


@dataclass
class Sheet:
    """One table of a workbook to be written.

    Attributes:
        dataset: full name of the dataset.
        rows: values by field.
        preamble: values of the preamble fields.
        title: text of the title row; the dataset's label by default.
        total_of: fields for which a 計 row is added.
        groups: heading groups (text, first field, last field) as a merged row above the headings.
        overrides: (row number from 0, field) to the text typed instead of the value.
        sheet_name: name of the sheet; the dataset's label by default.
    """

    dataset: str
    rows: Sequence[Row]
    preamble: Row = field(default_factory=dict)
    title: str = ""
    version: str = ""
    total_of: tuple[str, ...] = ()
    groups: tuple[tuple[str, str, str], ...] = ()
    overrides: Mapping[tuple[int, str], Any] = field(default_factory=dict)
    sheet_name: str = ""
    notes: tuple[str, ...] = ()


def write_workbook(
    path: Path, sheets: Iterable[Sheet], rng: random.Random, mess: float
) -> dict[tuple[str, str], str]:
    """Write a workbook in one office's habits.

    Returns:
        Addresses of the overridden cells: (sheet, field) to cell.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    del workbook["Sheet"]
    addresses: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        speller = Speller(rng, mess)
        addresses |= _write_sheet(workbook, sheet, speller, rng.random() < 0.3 * mess)
    if rng.random() < 0.2 * mess:
        hidden = workbook.create_sheet("リスト")
        hidden["A1"] = "選択肢(触らないでください)"
        hidden.sheet_state = "hidden"
    save(workbook, path)
    return addresses


def _write_sheet(
    workbook: Workbook, sheet: Sheet, speller: Speller, is_shifted: bool
) -> dict[tuple[str, str], str]:
    from openpyxl.styles import Alignment, Font, PatternFill

    dataset = all_datasets()[sheet.dataset]
    version = sheet.version or dataset.versions[-1]
    name = (sheet.sheet_name or dataset.label)[:31]
    ws = workbook.create_sheet(name)
    left = 2 if is_shifted else 1
    ws.cell(1, left, sheet.title or dataset.label).font = Font(size=14, bold=True)
    ws.cell(2, left, NOTICE).font = Font(size=9, color="00888888")
    row = 3
    for item in dataset.preamble:
        if item.name in sheet.preamble:
            ws.cell(row, left, item.header(version) + ("：" if is_shifted else ""))
            ws.cell(row, left + 1, _cell(speller.spell(sheet.preamble[item.name], item)))
            row += 1
    row += 1
    row = _write_groups(ws, sheet, dataset, row, left)
    looks = None
    for offset, item in enumerate(dataset.columns):
        text = item.header(version) + (
            f"({item.unit})" if item.unit and item.unit not in item.header(version) else ""
        )
        cell = ws.cell(row, left + offset, text)
        if looks is None:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="00E8EEF4")
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            looks = cell._style
        # Set cell by cell, looks take openpyxl a third of all its time.
        cell._style = looks
        ws.column_dimensions[cell.column_letter].width = 14
    return _write_rows(ws, sheet, dataset, row + 1, left, speller)


def _write_groups(ws: Worksheet, sheet: Sheet, dataset: Dataset, row: int, left: int) -> int:
    if not sheet.groups:
        return row
    places = {item.name: left + offset for offset, item in enumerate(dataset.columns)}
    for text, first, last in sheet.groups:
        ws.cell(row, places[first], text)
        ws.merge_cells(start_row=row, end_row=row, start_column=places[first], end_column=places[last])
    return row + 1


def _write_rows(
    ws: Worksheet, sheet: Sheet, dataset: Dataset, row: int, left: int, speller: Speller
) -> dict[tuple[str, str], str]:
    addresses: dict[tuple[str, str], str] = {}
    for number, values in enumerate(sheet.rows):
        for offset, item in enumerate(dataset.columns):
            typed = speller.spell(values.get(item.name), item)
            if (number, item.name) in sheet.overrides:
                typed = sheet.overrides[number, item.name]
                addresses[ws.title, item.name] = ws.cell(row, left + offset).coordinate
            ws.cell(row, left + offset, _cell(typed))
        row += 1
    if sheet.total_of:
        ws.cell(row, left, "計")
        for offset, item in enumerate(dataset.columns):
            if item.name in sheet.total_of:
                values_ = [v[item.name] for v in sheet.rows if v.get(item.name) is not None]
                ws.cell(row, left + offset, _cell(speller.spell(sum(values_), item)))
        row += 1
    for note in (*sheet.notes, "※ 記入例と選択肢は様式の説明を見てください。"):
        ws.cell(row + 1, left, note)
        row += 1
    return addresses


def _cell(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value


def save(workbook: Workbook, path: Path) -> None:
    """Save with fixed times, so that the same programme gives the same bytes."""
    from openpyxl.writer.excel import ExcelWriter

    buffer = io.BytesIO()
    workbook.properties.creator = "架空データ"
    # Not packed here: every part is packed once, below, with its fixed date.
    ExcelWriter(workbook, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)).save()
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = parts["docProps/core.xml"].decode()
    core = re.sub(r"(<dcterms:(created|modified)[^>]*>)[^<]*", r"\g<1>2026-01-01T00:00:00Z", core)
    parts["docProps/core.xml"] = core.encode()
    write_zip(path, parts)


def write_zip(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a ZIP with a fixed date, system and order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in parts.items():
            add_to_zip(archive, name, data)


def add_to_zip(archive: zipfile.ZipFile, name: str, data: bytes, level: int | None = None) -> None:
    """Add one part with the fixed date and system; `level` packs other than usually."""
    info = zipfile.ZipInfo(name, _FIXED)
    info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
    archive.writestr(info, data, compresslevel=level)


def write_csv(
    path: Path,
    dataset: str,
    rows: Sequence[Row],
    rng: random.Random,
    mess: float,
    *,
    version: str = "",
    encoding: str = "cp932",
    overrides: Mapping[tuple[int, str], Any] | None = None,
) -> None:
    """Write a CSV as a form tool or an accounting system exports it."""
    contract = all_datasets()[dataset]
    version = version or contract.versions[-1]
    speller = Speller(rng, mess)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([item.header(version) for item in contract.columns])
    for number, values in enumerate(rows):
        typed = [speller.spell(values.get(item.name), item) for item in contract.columns]
        for offset, item in enumerate(contract.columns):
            typed[offset] = (overrides or {}).get((number, item.name), typed[offset])
        writer.writerow(["" if value is None else value for value in typed])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))
