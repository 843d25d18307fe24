"""The rows under a heading: data, totals, notes and blanks told apart; every data row lands or is set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.conform.cell import ParsingContext
from pipelines.ingest.conform.cell_findings import duplicate, hidden_row, missing, repaired, unreadable
from pipelines.ingest.conform.column import BLANK, DITTO, DITTO_MARKS, Cell, ColumnReader, json_of
from pipelines.ingest.conform.header import Header
from pipelines.ingest.conform.row_kind import SUBTOTAL, TOTALS, row_kind
from pipelines.ingest.conform.totals import check_totals
from pipelines.ingest.findings import Finding, Place
from pipelines.ingest.japanese.reading import Unreadable
from pipelines.ingest.read.grid import CellValue, Grid, column_letter

Cells = list[CellValue]


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
    return _Table(grid, header, place, context).conform(end_index, preamble)


class _Table:
    """One table while it is being read."""

    def __init__(self, grid: Grid, header: Header, place: Place, context: ParsingContext) -> None:
        self._grid = grid
        self._header = header
        self._place = place
        self._context = context
        self._readers = [ColumnReader(c.field, c.unit, context) for c in header.columns]
        self._letters = [column_letter(grid.first_column + c.index) for c in header.columns]
        self._empty: dict[str, Any] = {f.name: None for f in header.dataset.columns}
        self._merged = _merged_values(grid)
        self._left_out = frozenset() if header.dataset.counts_hidden else grid.unseen_rows
        self._result = TableRows()

    def conform(self, end_index: int, preamble: dict[str, Any]) -> TableRows:
        result, header, grid = self._result, self._header, self._grid
        previous: Cells | None = None
        since_subtotal = 0
        for index in range(header.row_index + header.height, end_index):
            cells = self._cells(index)
            kind = row_kind(cells, header.part_of(grid.rows[index]))
            if kind in TOTALS:
                counted = result.rows[since_subtotal:] if kind == SUBTOTAL else result.rows
                result.findings += check_totals(
                    grid, header, index, cells, counted, self._place, self._context
                )
                since_subtotal = len(result.rows)
            if kind:
                previous = None
                continue
            result.rows_in += 1
            row_number = grid.physical_row(index)
            if row_number in self._left_out:
                result.set_aside += 1
                result.findings.append(hidden_row(row_number, self._place))
                continue
            row = self._row(cells, previous, row_number)
            previous = cells
            if row is None:
                result.set_aside += 1
            else:
                result.rows.append(row)
        self._keep_one_of_each_key(preamble)
        return result

    def _cells(self, index: int) -> Cells:
        row = self._grid.rows[index]
        width = len(row)
        cells = [row[c.index] if c.index < width else None for c in self._header.columns]
        if self._merged:
            number, first = self._grid.physical_row(index), self._grid.first_column
            for position, column in enumerate(self._header.columns):
                if cells[position] is None:
                    cells[position] = self._merged.get((number, first + column.index))
        return cells

    def _row(self, cells: Cells, previous: Cells | None, row_number: int) -> dict[str, Any] | None:
        """The row; None when it is set aside. Ditto marks in `cells` give way to what they stand for."""
        row = dict(self._empty)
        typed: list[str] = []
        symbols: list[str] = []
        is_lost = False
        for position, reader in enumerate(self._readers):
            value = cells[position]
            if value is None and not reader.is_required:
                continue
            if reader.is_text and type(value) is str and (text := value.strip()) and text not in DITTO_MARKS:
                row[reader.name] = text
                continue
            cell = reader.read(value)
            if cell is DITTO and previous is not None:
                value = cells[position] = previous[position]
                cell = reader.read(value)
            if cell.value is None or cell.repair:
                is_lost |= self._report(position, cell, value, row_number)
            row[reader.name] = cell.value
            if cell.typed:
                typed.append(cell.typed)
            if cell.missing:
                symbols.append(cell.missing)
        if is_lost:
            return None
        row["_row"], row["_typed"], row["_missing"] = row_number, json_of(typed), json_of(symbols)
        return row

    def _report(self, position: int, cell: Cell, value: CellValue, row_number: int) -> bool:
        """Report what is wrong with a cell, if anything; whether it costs the row."""
        reader = self._readers[position]
        error = cell.error
        if cell.value is None and error is None:
            error = _absence(reader, cell is DITTO)
        address = f"{self._letters[position]}{row_number}"
        if error is not None:
            shown = None if cell is BLANK else value
            found = unreadable(self._place, reader.field, error, shown, address, row_number)
        elif cell.repair:
            found = repaired(self._place, reader.field, cell.repair, value, address, row_number)
        else:
            return False
        self._result.findings.append(found)
        return error is not None and reader.is_required

    def _keep_one_of_each_key(self, preamble: dict[str, Any]) -> None:
        """The first row of a key counts; where an export appends corrections below, the last one."""
        result, header = self._result, self._header
        names = header.dataset.key_fields
        if not names:
            return
        kept: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in result.rows:
            key = tuple(row.get(name, preamble.get(name)) for name in names)
            other = kept.get(key)
            if other is None:
                kept[key] = row
                continue
            result.set_aside += 1
            if header.dataset.keeps_newest:
                kept[key], row, other = row, other, row  # noqa: PLW2901
            result.findings.append(duplicate(header, key, row["_row"], other["_row"], self._place))
        result.rows = sorted(kept.values(), key=lambda row: int(row["_row"]))


def _absence(reader: ColumnReader, is_ditto: bool) -> Unreadable | None:
    """What is wrong with a cell that gives no value: a mark with nothing above, or a required one left out."""
    if is_ditto:
        return reader.nothing_above()
    return missing(reader.field) if reader.is_required else None


def _merged_values(grid: Grid) -> dict[tuple[int, int], CellValue]:
    """Values of cells inside vertically merged ranges: only merged ranges are filled down."""
    values: dict[tuple[int, int], CellValue] = {}
    for top, left, bottom, _ in grid.merged:
        index, position = top - grid.first_row, left - grid.first_column
        if bottom > top and 0 <= index < len(grid.rows) and 0 <= position < len(grid.rows[index]):
            values |= {(row, left): grid.rows[index][position] for row in range(top + 1, bottom + 1)}
    return values
