"""Finding the tables in a sheet by the contract's own headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache

from pipelines.ingest.contracts import Dataset, Field
from pipelines.ingest.japanese.numbers import SCALES
from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.grid import CellValue, Grid

_UNIT_TAIL = re.compile(r"\(([^()]*)\)$")
_WHOLE, _BEGINNING = 2, 1
_ENOUGH = 2
_LONGEST_UNIT = 8
_REMEMBERED = 50_000
_UNITS = {unit for units in SCALES.values() for unit in units}


@dataclass(frozen=True)
class Column:
    """A field bound to a column of the sheet; `unit` is the heading's own where it names one."""

    field: Field
    index: int
    unit: str


@dataclass(frozen=True)
class Header:
    """The heading of one table: which dataset, which form version, which columns.

    Attributes:
        columns: fields and where they stand, left to right.
        unknown: position and text of headings that the form does not have.
        part: first column and the column after the last, where tables stand side by side;
            a table that has its rows for itself reaches over all of them.
    """

    dataset: Dataset
    version: str
    row_index: int
    height: int
    columns: tuple[Column, ...]
    unknown: tuple[tuple[int, str], ...]
    part: tuple[int, int | None] = (0, None)

    def spans(self, column_index: int) -> bool:
        """Whether a column of the sheet belongs to this table."""
        first, after = self.part
        return column_index >= first and (after is None or column_index < after)

    def part_of(self, row: Sequence[CellValue]) -> Sequence[CellValue]:
        """The cells of a row of the sheet that belong to this table."""
        return row if self.part == (0, None) else row[slice(*self.part)]

    def overlaps(self, other: Header) -> bool:
        """Whether two tables share a column, so that the lower one ends the upper one."""
        (first, after), (other_first, other_after) = self.part, other.part
        return (other_after is None or first < other_after) and (after is None or other_first < after)

    @property
    def missing(self) -> tuple[Field, ...]:
        """Columns of the contract that the sheet does not have."""
        found = {column.field.name for column in self.columns}
        return tuple(f for f in self.dataset.columns if f.name not in found)

    @property
    def missing_required(self) -> tuple[Field, ...]:
        """Those of them without which no row can land."""
        return tuple(f for f in self.missing if f.is_required)

    @property
    def score(self) -> tuple[int, int, int]:
        """Better headings first: complete, then more columns, then fewer strangers."""
        return (-len(self.missing_required), len(self.columns), -len(self.unknown))


@dataclass(frozen=True)
class _Form:
    """A dataset in one form version, its fields by their headings."""

    dataset: Dataset
    version: str
    by_heading: dict[str, Field]

    @cached_property
    def needed(self) -> int:
        """How many columns must be there for a row to count as the heading: half, and two."""
        return max(2, (len(self.dataset.columns) + 1) // 2)


class _Forms:
    """The forms looked for, and a quick answer to whether a text is a heading of any of them."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.all = [
            _Form(d, v, {split_unit(f.header(v))[0]: f for f in d.columns})
            for d in datasets
            for v in d.versions
        ]
        headings = {heading for form in self.all for heading in form.by_heading}
        self._headings = headings
        self._beginnings = {heading[:length] for heading in headings for length in range(1, len(heading))}
        self._longest = max(map(len, headings), default=0) + _LONGEST_UNIT
        self._known: dict[str, int] = {}

    def signs(self, row: Sequence[CellValue]) -> tuple[int, int]:
        """How many cells are headings, and how many begin one (開始 of 開始時刻, split over two rows)."""
        known = self._known
        marks = [known.get(value) if type(value) is str else 0 for value in row]
        if None in marks:
            marks = [self._likeness(value) for value in row]
        return marks.count(_WHOLE), marks.count(_BEGINNING)

    def _likeness(self, text: CellValue) -> int:
        """Whether a text is a heading, how one begins, or neither; every text is folded once."""
        if type(text) is not str:
            return 0
        found = self._known.get(text)
        if found is None:
            if len(text) > self._longest:
                return 0
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            heading = split_unit(text)[0]
            found = _WHOLE if heading in self._headings else _BEGINNING if heading in self._beginnings else 0
            self._known[text] = found
        return found


@dataclass(frozen=True)
class _Same:
    """A dataset as a key: contracts are read once, so the same dataset is the same object."""

    dataset: Dataset = field(compare=False)
    identity: int


@cache
def _forms_of(datasets: tuple[_Same, ...]) -> _Forms:
    return _Forms([d.dataset for d in datasets])


@lru_cache(maxsize=5_000)
def split_unit(text: str) -> tuple[str, str]:
    """A heading without its trailing unit, and the unit: 単価(円) is 単価 and 円."""
    folded = fold(text)
    match = _UNIT_TAIL.search(folded)
    if match and match[1] in _UNITS:
        return folded[: match.start()], match[1]
    return folded, ""


def find_headers(grid: Grid, datasets: Iterable[Dataset]) -> list[Header]:
    """Every table heading in the sheet, top to bottom and left to right; an unmatched sheet gives none.

    A heading may be one row, or two rows with merged groups above. At least half of a dataset's
    columns (and two) must be there for a row to count as its heading. Tables may stand side by side.
    """
    forms = _forms_of(tuple(_Same(d, id(d)) for d in datasets))
    headers: list[Header] = []
    index = 0
    signs = [forms.signs(row) for row in grid.rows]
    while index < len(grid.rows):
        # Most rows are data: two columns of this row, or of this and the next one, must speak for a heading.
        wholes, beginnings = signs[index]
        below = signs[index + 1][0] if index + 1 < len(signs) else 0
        side_by_side = _at(grid, index, forms) if wholes + beginnings + below >= _ENOUGH else []
        headers += side_by_side
        index += side_by_side[0].height if side_by_side else 1
    return headers


def end_of(header: Header, headers: Iterable[Header], row_count: int) -> int:
    """The index after a table's last row: where the next table below it begins, or the sheet ends."""
    below = [
        other.row_index for other in headers if other.row_index > header.row_index and other.overlaps(header)
    ]
    return min(below, default=row_count)


def start_of(header: Header, headers: Iterable[Header]) -> int:
    """The index of the first row that may hold a table's preamble: below the heading of the table above it."""
    above = [
        other.row_index + other.height
        for other in headers
        if other.row_index < header.row_index and other.overlaps(header)
    ]
    return max(above, default=0)


def _at(grid: Grid, index: int, forms: _Forms) -> list[Header]:
    """The tables whose heading begins in this row, left to right."""
    found: list[Header] = []
    best = _best_at(grid, index, forms.all, frozenset())
    while best:
        found.append(best)
        taken = frozenset(column.index for header in found for column in header.columns)
        best = _best_at(grid, index, forms.all, taken, best.height)
    return _in_parts(found)


def _in_parts(headers: list[Header]) -> list[Header]:
    """Give each of several tables in a row its own columns, and its own strangers among the headings."""
    if len(headers) < 2:
        return headers
    ordered = sorted(headers, key=lambda h: h.columns[0].index)
    starts = [header.columns[0].index for header in ordered]
    parts = zip([0, *starts[1:]], [*starts[1:], None], strict=True)
    taken = {column.index for header in ordered for column in header.columns}
    placed = [replace(header, part=part) for header, part in zip(ordered, parts, strict=True)]
    return [
        replace(h, unknown=tuple(u for u in h.unknown if h.spans(u[0]) and u[0] not in taken)) for h in placed
    ]


def _best_at(
    grid: Grid, index: int, candidates: list[_Form], taken: frozenset[int], height: int | None = None
) -> Header | None:
    """The best heading among the columns that no other table has taken."""
    found = []
    for rows in (height,) if height else (1, 2):
        if rows == 2 and index + 1 >= len(grid.rows):
            break
        texts = _two_rows(grid, index) if rows == 2 else _heading_texts(grid, index)
        texts = [[] if position in taken else options for position, options in enumerate(texts)]
        headings = {split_unit(text)[0] for options in texts for text in options}
        found += [
            header
            for form in candidates
            if len(headings & form.by_heading.keys()) >= form.needed
            and (header := _match(form, index, rows, texts))
        ]
    return max(found, key=lambda h: (h.score, -h.height), default=None)


def _heading_texts(grid: Grid, index: int) -> list[list[str]]:
    return [[value] if isinstance(value, str) else [] for value in grid.rows[index]]


def _two_rows(grid: Grid, index: int) -> list[list[str]]:
    upper, lower = list(grid.rows[index]), list(grid.rows[index + 1])
    width = max(len(upper), len(lower))
    upper += [None] * (width - len(upper))
    lower += [None] * (width - len(lower))
    top = grid.physical_row(index)
    for first_row, left, last_row, right in grid.merged:
        if first_row == top == last_row and right > left:
            for column in range(left, right + 1):
                place = column - grid.first_column
                if 0 <= place < width:
                    upper[place] = upper[left - grid.first_column]
    options: list[list[str]] = []
    for above, below in zip(upper, lower, strict=True):
        texts = [t for t in (below, above) if isinstance(t, str)]
        if len(texts) == 2:
            texts.insert(0, texts[1] + texts[0])
        options.append(texts)
    return options


def _match(form: _Form, index: int, height: int, texts: list[list[str]]) -> Header | None:
    dataset, by_heading = form.dataset, form.by_heading
    columns: list[Column] = []
    unknown: list[tuple[int, str]] = []
    taken: set[str] = set()
    for position, options in enumerate(texts):
        for text in options:
            heading, unit = split_unit(text)
            named = by_heading.get(heading)
            if named and named.name not in taken:
                columns.append(Column(named, position, unit or named.unit))
                taken.add(named.name)
                break
        else:
            if options:
                unknown.append((position, options[-1]))
    if len(columns) < form.needed:
        return None
    if height == 2 and all(not texts[c.index][1:] for c in columns):
        return None
    return Header(dataset, form.version, index, height, tuple(columns), tuple(unknown))
