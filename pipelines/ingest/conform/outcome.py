"""What goes into a reading worker and what comes out of it: plain values that travel between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.findings import ERROR, Finding, Place
from pipelines.ingest.pseudonyms import PseudonymKey
from pipelines.ingest.read.chat_mapping import ChatMapping
from pipelines.ingest.read.refusal import Refused

if TYPE_CHECKING:
    import pyarrow as pa

LANDED, REFUSED = "landed", "refused"


@dataclass(frozen=True)
class FileJob:
    """What a worker needs to read one file; `is_counts`: at `path` lies what has taken the place of the original."""

    file_id: str
    source: str
    path: Path
    name: str
    key: PseudonymKey
    aliases: Mapping[str, str] = field(default_factory=dict)
    chat_mappings: tuple[ChatMapping, ...] = ()
    is_counts: bool = False


@dataclass(frozen=True)
class SheetCount:
    """Reconciliation of one table: rows in = landed + set aside."""

    dataset: str
    sheet: str
    rows_in: int
    rows_landed: int
    rows_set_aside: int


@dataclass(frozen=True)
class Binding:
    """Which column (or preamble cell) a field was read from."""

    dataset: str
    sheet: str
    field: str
    cell_column: str
    header_row: int
    preamble_cell: str


@dataclass
class FileOutcome:
    """Everything one file gave: rows by dataset, and what is wrong with it.

    Attributes:
        rows: rows of forms, by dataset.
        tables: rows that were never Python objects, by dataset, in the dataset's Arrow schema
            (chat exports have millions of them). A dataset's rows are in one of the two.
        submissions: dataset and key of what the file delivers.
        held: dataset and key of what it was meant to deliver, had not every row of it been set aside.
    """

    file_id: str
    source: str
    status: str = LANDED
    versions: str = ""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    submissions: set[tuple[str, str]] = field(default_factory=set)
    held: set[tuple[str, str]] = field(default_factory=set)
    counts: list[SheetCount] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def refuse(outcome: FileOutcome, refused: Refused) -> None:
    """Turn a refusal into the outcome's only result."""
    outcome.status = REFUSED
    outcome.rows.clear()
    outcome.tables.clear()
    outcome.submissions.clear()
    outcome.held.clear()
    outcome.counts.clear()
    outcome.bindings.clear()
    outcome.findings.append(refusal(Place(outcome.file_id, outcome.source), refused))


def refusal(place: Place, refused: Refused) -> Finding:
    """The finding for a file, or for one file in a ZIP, of which nothing lands."""
    return place.finding(
        ERROR,
        refused.rule,
        f"{refused.message}このファイルは集計に入っていません。",
        expected=refused.expected,
        suggestion=refused.suggestion,
    )


def submission_key(dataset: Dataset, row: dict[str, Any], file_id: str) -> str:
    """The key under which a later file supersedes this row's file.

    `form_file`: every file stands by itself; `dataset`: the newest file replaces all.
    """
    special = {"form_file": file_id, "dataset": "*"}
    parts = [special.get(name) or row.get(name) for name in dataset.submission_key]
    return "/".join("" if part is None else str(part) for part in parts)
