"""Finding the tables in a sheet by the contract's own headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipelines.ingest.contracts import Dataset, Field
from pipelines.ingest.japanese.numbers import SCALES
from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.grid import Grid

_UNIT_TAIL = re.compile(r"\(([^()]*)\)$")
_UNITS = {unit for units in SCALES.values() for unit in units}


@dataclass(frozen=True)
class Column:
    """A field bound to a column of the sheet; `unit` is the heading's own where it names one."""

    field: Field
    index: int
    unit: str


@dataclass(frozen=True)
class Header:
    """The heading of one table: which dataset, which form version, which columns."""

    dataset: Dataset
    version: str
    row_index: int
    height: int
    columns: tuple[Column, ...]
    unknown: tuple[tuple[int, str], ...]

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


@lru_cache(maxsize=50_000)
def split_unit(text: str) -> tuple[str, str]:
    """A heading without its trailing unit, and the unit: 単価(円) is 単価 and 円."""
    folded = fold(text)
    match = _UNIT_TAIL.search(folded)
    if match and match[1] in _UNITS:
        return folded[: match.start()], match[1]
    return folded, ""


def find_headers(grid: Grid, datasets: Iterable[Dataset]) -> list[Header]:
    """Every table heading in the sheet, top to bottom; an unmatched sheet gives none.

    A heading may be one row, or two rows with merged groups above. At least half of a dataset's
    columns (and two) must be there for a row to count as its heading.
    """
    candidates = [
        _Form(d, v, {split_unit(f.header(v))[0]: f for f in d.columns}) for d in datasets for v in d.versions
    ]
    headers: list[Header] = []
    index = 0
    while index < len(grid.rows):
        best = _best_at(grid, index, candidates)
        if best:
            headers.append(best)
            index = best.row_index + best.height
        else:
            index += 1
    return headers


def _best_at(grid: Grid, index: int, candidates: list[_Form]) -> Header | None:
    texts = _heading_texts(grid, index)
    if sum(1 for options in texts if options) < 2:
        return None
    found = []
    for height in (1, 2):
        if height == 2:
            if index + 1 >= len(grid.rows):
                break
            texts = _two_rows(grid, index)
        headings = {split_unit(text)[0] for options in texts for text in options}
        found += [
            header
            for form in candidates
            if len(headings & form.by_heading.keys()) >= form.needed
            and (header := _match(form, index, height, texts))
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
            field = by_heading.get(heading)
            if field and field.name not in taken:
                columns.append(Column(field, position, unit or field.unit))
                taken.add(field.name)
                break
        else:
            if options:
                unknown.append((position, options[-1]))
    if len(columns) < form.needed:
        return None
    if height == 2 and all(not texts[c.index][1:] for c in columns):
        return None
    return Header(dataset, form.version, index, height, tuple(columns), tuple(unknown))
