"""Label and value pairs above a table: 団体名、年度、報告対象月."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.conform.cell import ParsingContext, example_of
from pipelines.ingest.conform.cell_findings import missing, repaired, unreadable
from pipelines.ingest.conform.column import ColumnReader
from pipelines.ingest.conform.header import Header
from pipelines.ingest.contracts import Field
from pipelines.ingest.findings import ERROR, WARNING, Finding, Place
from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.grid import CellValue, Grid

# A row of this many filled cells is no title, date or pair of label and value: it looks like data.
_ROW_OF_DATA = 4
# What our forms and others write above the headings: which columns must be filled in.
REQUIRED, OPTIONAL = "必須", "任意"
REQUIREMENT_WORDS = frozenset((REQUIRED, OPTIONAL))


@dataclass
class Preamble:
    """What stands above one table.

    Attributes:
        values: by field, None where nothing could be read.
        typed: JSON members with the texts as typed, as `Cell.typed`.
        symbols: JSON members with statistical symbols, as `Cell.missing`.
        cells: address by field.
        is_lost: whether a required value is not there, so that no row of the table can land.
    """

    values: dict[str, Any] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_lost: bool = False


def read_preamble(
    grid: Grid, header: Header, start_index: int, place: Place, context: ParsingContext
) -> Preamble:
    """Read the preamble fields of a table from the rows between `start_index` and its heading."""
    result = Preamble()
    labels = {fold(f.header(header.version)): f.name for f in header.dataset.preamble}
    stated = _stated(grid, labels, range(start_index, header.row_index), header)
    blank = _left_blank(grid, labels, range(start_index, header.row_index), header)
    for field_ in header.dataset.preamble:
        result.values[field_.name] = None
        if field_.name in stated:
            _read(result, field_, *stated[field_.name], place, context)
        elif field_.is_required:
            result.is_lost = True
            heading_row = grid.physical_row(header.row_index)
            cell = blank.get(field_.name, f"{heading_row}:{heading_row}")
            result.findings.append(_missing(place, field_, header.version, cell))
    result.findings += _passed_over(grid, labels, range(start_index, header.row_index), header, place)
    return result


def _read(
    result: Preamble, field_: Field, value: CellValue, address: str, place: Place, context: ParsingContext
) -> None:
    row_number = int(re.sub(r"\D", "", address))
    cell = ColumnReader(field_, field_.unit, context).read(value)
    result.cells[field_.name] = address
    result.values[field_.name] = cell.value
    result.typed += [cell.typed] if cell.typed else []
    result.symbols += [cell.missing] if cell.missing else []
    error = cell.error
    if cell.value is None and error is None and field_.is_required:
        error = missing(field_)
    if error:
        result.is_lost = result.is_lost or field_.is_required
        result.findings.append(unreadable(place, field_, error, value, address, row_number))
    elif cell.repair:
        result.findings.append(repaired(place, field_, cell.repair, value, address, row_number))


def _stated(
    grid: Grid, labels: dict[str, str], rows: range, header: Header
) -> dict[str, tuple[CellValue, str]]:
    """Value and address by field: the first one that stands right of its label, or behind it in one cell.

    Of two tables side by side each has its own label above it; what only one of them has counts for both.
    """
    own: dict[str, tuple[CellValue, str]] = {}
    shared: dict[str, tuple[CellValue, str]] = {}
    for index in rows:
        cells = [(c, v, fold(v) if isinstance(v, str) else "") for c, v in grid.cells(index)]
        for position, (column, _, text) in enumerate(cells):
            label, colon, rest = text.partition(":")
            name = labels.get(label)
            found = own if header.spans(column) else shared
            if name is None or name in found:
                continue
            if colon and rest:
                found[name] = rest, grid.address(index, column)
            elif position + 1 < len(cells):
                right, value, folded = cells[position + 1]
                # The next label: this field was left blank.
                if folded.rstrip(":") not in labels:
                    found[name] = value, grid.address(index, right)
    return shared | own


def _left_blank(grid: Grid, labels: dict[str, str], rows: range, header: Header) -> dict[str, str]:
    """Address of the empty cell right of each label, by field: there the clerk has to write. Else the label's."""
    ends = {(top, left): right for top, left, _, right in grid.merged}
    found: dict[str, str] = {}
    for index in rows:
        for column, value in grid.cells(index):
            name = labels.get(fold(value).rstrip(":")) if isinstance(value, str) else None
            if name and name not in found and header.spans(column):
                here = grid.first_column + column
                end = ends.get((grid.physical_row(index), here), here)
                beside = end - grid.first_column + 1
                is_free = beside >= len(grid.rows[index]) or grid.rows[index][beside] in (None, "")
                found[name] = grid.address(index, beside if is_free else column)
    return found


def _passed_over(
    grid: Grid, labels: dict[str, str], rows: range, header: Header, place: Place
) -> list[Finding]:
    """Rows above the heading that look like data: a table whose own heading nobody recognised."""
    numbers = []
    for index in rows:
        cells = [value for column, value in grid.cells(index) if header.spans(column)]
        texts = {fold(value).partition(":")[0] for value in cells if isinstance(value, str)}
        if len(cells) >= _ROW_OF_DATA and not texts & labels.keys() and not texts <= REQUIREMENT_WORDS:
            numbers.append(grid.physical_row(index))
    if not numbers:
        return []
    shown = "、".join(str(n) for n in numbers[:10]) + ("など" if len(numbers) > 10 else "")
    return [
        place.finding(
            WARNING,
            "rows_above_the_heading",
            f"見出しより上の行({shown}行目)は表の行と認められず、読み取っていません。",
            cell=f"{numbers[0]}:{numbers[-1]}",
            row=numbers[0],
            expected="見出しの行の下に、1件1行で記入",
            example=header.columns[0].field.header(header.version),
            suggestion="集計に必要な行であれば、見出しの下に移すか、様式どおりの見出しを付けてください。",
        )
    ]


def _missing(place: Place, field_: Field, version: str, cell: str) -> Finding:
    label = field_.header(version)
    return place.finding(
        ERROR,
        "missing_preamble",
        f"表の上に「{label}」の記入が見つかりません。この表の行は集計に入っていません。",
        cell=cell,
        row=int(re.sub(r"\D", "", cell.partition(":")[0])),
        field=field_.name,
        field_label=field_.label,
        expected=f"表の上の行に「{label}」と、その右のセルに値",
        example=f"{label} | {example_of(field_)}",
        suggestion="様式の見出しの上にある欄を消さずに記入してください。",
    )
