"""The rows under a heading: data, totals, notes and blanks told apart; every data row lands or is set aside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.conform.cell import ParsingContext, example_of, parse_cell
from pipelines.ingest.conform.cell_findings import duplicate, missing, typed_text, unreadable
from pipelines.ingest.conform.header import Column, Header
from pipelines.ingest.conform.totals import check_totals
from pipelines.ingest.findings import WARNING, Finding, Place
from pipelines.ingest.japanese.reading import Unreadable, fold
from pipelines.ingest.read.grid import CellValue, Grid, column_letter

_NOTE = re.compile(r"※|\(?注|【注|備考:")
_NOTE_MARK = re.compile(r"※\d*|[(【]?注\d*[)】]?:?|備考:")
_TOTALS = {"計", "合計", "小計", "総計", "総合計"}
_DITTO = {"〃", "々", "同上", '"', "″"}


@dataclass
class TableRows:
    """What came of one table."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rows_in: int = 0
    set_aside: int = 0
    findings: list[Finding] = field(default_factory=list)


def conform_rows(
    grid: Grid,
    header: Header,
    end_index: int,
    preamble: dict[str, Any],
    place: Place,
    context: ParsingContext,
) -> TableRows:
    """Turn the rows between a heading and `end_index` into typed rows and findings."""
    result = TableRows()
    previous: dict[int, CellValue] | None = None
    since_subtotal = 0
    merged = _merged_values(grid)
    for index in range(header.row_index + header.height, end_index):
        cells = _cells(grid, header, index, merged)
        if all(v is None or v == "" for v in cells.values()) or _is_note(grid.rows[index]):
            previous = None
            continue
        if total := _total(grid.rows[index]):
            counted = result.rows[since_subtotal:] if total == "小計" else result.rows
            result.findings += check_totals(grid, header, index, cells, counted, place, context)
            previous, since_subtotal = None, len(result.rows)
            continue
        result.rows_in += 1
        row_number = grid.physical_row(index)
        row, findings = _row(header, cells, previous, row_number, grid.first_column, place, context)
        previous = cells
        result.findings += findings
        if row is None:
            result.set_aside += 1
            continue
        result.rows.append(row | {"_row": row_number})
    _keep_one_of_each_key(result, header, preamble, place)
    return result


def _keep_one_of_each_key(result: TableRows, header: Header, preamble: dict[str, Any], place: Place) -> None:
    """The first row of a key counts; where an export appends corrections below, the last one."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in result.rows:
        key = tuple(row.get(name, preamble.get(name)) for name in header.dataset.key_fields)
        other = kept.get(key) if key else None
        if other is None:
            kept[key or (len(kept),)] = row
            continue
        result.set_aside += 1
        if header.dataset.keeps_newest:
            kept[key], row, other = row, other, row  # noqa: PLW2901
        result.findings.append(duplicate(header, key, row["_row"], other["_row"], place))
    result.rows = sorted(kept.values(), key=lambda row: int(row["_row"]))


def _cells(
    grid: Grid, header: Header, index: int, merged: dict[tuple[int, int], CellValue]
) -> dict[int, CellValue]:
    row = grid.rows[index]
    cells: dict[int, CellValue] = {}
    for column in header.columns:
        value = row[column.index] if column.index < len(row) else None
        if value is None:
            value = merged.get((grid.physical_row(index), grid.first_column + column.index))
        # A plain string: a cell without a value keeps its own kind.
        cells[column.index] = value.strip() or None if type(value) is str else value
    return cells


def _merged_values(grid: Grid) -> dict[tuple[int, int], CellValue]:
    """Values of cells inside vertically merged ranges: only merged ranges are filled down."""
    values: dict[tuple[int, int], CellValue] = {}
    for top, left, bottom, _ in grid.merged:
        index, position = top - grid.first_row, left - grid.first_column
        if bottom > top and 0 <= index < len(grid.rows) and 0 <= position < len(grid.rows[index]):
            values |= {(row, left): grid.rows[index][position] for row in range(top + 1, bottom + 1)}
    return values


def _first_text(row: Sequence[CellValue]) -> str:
    for value in row:
        if value is not None and value != "":
            return fold(value) if isinstance(value, str) else ""
    return ""


def _is_note(row: Sequence[CellValue]) -> bool:
    """A note fills one cell, or stands beside its mark; 注文管理システム in a row of data is no note."""
    text = _first_text(row)
    is_alone = sum(1 for value in row if value is not None and value != "") == 1
    return bool(_NOTE_MARK.fullmatch(text) or (is_alone and _NOTE.match(text)))


def _total(row: Sequence[CellValue]) -> str:
    text = _first_text(row)
    return text if text in _TOTALS else ""


def _row(
    header: Header,
    cells: dict[int, CellValue],
    previous: dict[int, CellValue] | None,
    row_number: int,
    first_column: int,
    place: Place,
    context: ParsingContext,
) -> tuple[dict[str, Any] | None, list[Finding]]:
    row: dict[str, Any] = {f.name: None for f in header.missing}
    findings: list[Finding] = []
    is_lost = False
    for column in header.columns:
        address = f"{column_letter(first_column + column.index)}{row_number}"
        value = cells[column.index]
        is_ditto = isinstance(value, str) and value in _DITTO
        if is_ditto and previous is not None:
            value = cells[column.index] = previous.get(column.index)
        try:
            if is_ditto and previous is None:
                raise Unreadable(
                    "nothing_above", "すぐ上に行がありません。", "値そのもの", example_of(column.field)
                )
            row[column.field.name], finding = _value(value, column, address, row_number, place, context)
        except Unreadable as error:
            row[column.field.name] = None
            finding = unreadable(place, column.field, error, value, address, row_number)
            is_lost = is_lost or column.field.is_required
        if finding:
            findings.append(finding)
    return (None if is_lost else row), findings


def _value(
    value: CellValue, column: Column, address: str, row_number: int, place: Place, context: ParsingContext
) -> tuple[Any, Finding | None]:
    field_ = column.field
    if value is None:
        if field_.is_required:
            raise missing(field_)
        return None, None
    read = parse_cell(value, field_, column.unit, context)
    if read.value is None and field_.is_required:
        raise missing(field_)
    finding = None
    if read.repair:
        finding = place.finding(
            WARNING,
            "value_was_read_differently",
            read.repair if not field_.is_masked else "記入と異なる形に読み替えました。",
            cell=address,
            row=row_number,
            field=field_.name,
            field_label=field_.label,
            typed_text=typed_text(value, field_),
            expected="読み替えが正しいことの確認",
            example=example_of(field_),
        )
    return read.value, finding
