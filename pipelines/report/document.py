"""A report as data: sections of blocks, the same for every form it is rendered in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Align = Literal["left", "right", "center"]
Width = Literal["full", "half"]


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: what people read.
        number: the same as a number, for spreadsheets; None for text.
        number_format: the spreadsheet's format of the number.
        mark: name of a visual mark (a stage, a status); the text says the same in words.
    """

    text: str
    number: Decimal | int | None = None
    number_format: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """A column: heading with unit, alignment and share of the width."""

    label: str
    align: Align = "left"
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        kpi_ids: the KPI of each row (or the criterion), where rows are such; they lead to the evidence.
        groups: the group of each row, where rows come in groups with a heading.
        roll_up: the same in fewer rows, for paper where these are too many for it.
        empty_reason: what stands there without rows; a table is never just left out.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    kpi_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    width: Width = "full"
    roll_up: Table | None = None
    empty_reason: str = field(kw_only=True)


@dataclass(frozen=True)
class Chart:
    """A native spreadsheet chart over the figure's table: bars, with lines for `line_columns`."""

    kind: Literal["bar", "stacked"]
    category_column: int
    value_columns: tuple[int, ...]
    line_columns: tuple[int, ...] = ()
    is_horizontal: bool = False
    colours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure with the numbers it shows; `svg` is filled when it is drawn."""

    key: str
    title: str
    alt: str
    table: Table
    note: str = ""
    chart: Chart | None = None
    width: Width = "full"
    svg: str = ""


@dataclass(frozen=True)
class Answer:
    """The answer in one sentence, and what it rests on."""

    lead: str
    because: str


@dataclass(frozen=True)
class Paragraph:
    """Text; an opinion is somebody's and is marked as such."""

    text: str
    role: Literal["body", "opinion", "heading"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    key: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One number that matters, with what it must be read with."""

    label: str
    kpi_id: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True)
class Cards:
    """Numbers side by side."""

    cards: tuple[Card, ...]


Block = Answer | Paragraph | Bullets | Cards | Table | Figure


@dataclass(frozen=True)
class Section:
    """One numbered section; `key` stays when sections are added."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Karte(Section):
    """The page of one municipality; `key` is its code."""

    prefecture_name: str


@dataclass(frozen=True)
class EvidenceRow:
    """A cell a figure was computed from, by its address, and what was typed there or a word that stands for it."""

    role: str
    path: str
    sheet: str
    cell: str
    field_label: str
    text: str = ""


@dataclass(frozen=True)
class Evidence:
    """Definition and rows of one figure; `rows` are the first of `row_count`.

    Attributes:
        subject_id: number of a KPI, an analysis, a criterion, an option or a scenario, as it is printed.
        parts: the same figure of single municipalities, where it has them and there is room.
        reason: why there is no value, or none that may be shown.
        is_suppressed: whether value, rows and the number of rows may not be shown.
    """

    subject_id: str
    name: str
    formula: str
    source: str
    value: str
    numerator: str
    row_count: int = 0
    file_count: int = 0
    rows: tuple[EvidenceRow, ...] = ()
    parts: tuple[Evidence, ...] = ()
    reason: str = ""
    is_suppressed: bool = False


@dataclass(frozen=True)
class Report:
    """An evaluation report for one fiscal year and as-of date.

    Attributes:
        area: the prefecture whose programme it is, or 全国.
        edition: 作業版, or the kind and number of an issued edition.
        edition_note: how an issued edition differs from the one before; empty in a working copy.
    """

    title: str
    edition: str
    fiscal_year: int
    as_of: date
    release_id: str
    code_version: str
    is_sample: bool
    verdict_text: str
    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...] = field(default=())
    kartes: tuple[Karte, ...] = field(default=())
    edition_note: str = ""
    area: str = field(kw_only=True)
