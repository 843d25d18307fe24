"""Forms to break: a correct 派遣実施報告書 as rows of text, and any rows as a file that has been conformed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.findings import ERROR, Finding
from pipelines.ingest.pseudonyms import sample_key

VISITS = "visit_log__visits"
FILE_ID = "ab" * 32
PREAMBLE: tuple[tuple[str, ...], ...] = (
    ("派遣実施報告書",),
    (),
    ("団体名", "海南市"),
    ("報告対象月", "R8.6"),
    ("区分", "派遣"),
    (),
)
HEADING_ROW = len(PREAMBLE) + 1


def heading(dataset: str = VISITS, version: str = "") -> list[str]:
    found = all_datasets()[dataset]
    return [f.header(version or found.versions[-1]) for f in found.columns]


def visit(number: int, **typed: Any) -> list[Any]:
    """One correct row; `typed` replaces what stands in a field."""
    values: dict[str, Any] = {
        "visit_id": f"V{number:03d}",
        "person": "架空 一郎",
        "talent_type": "CIO補佐官",
        "visit_date": f"R8.6.{number % 28 + 1}",
        "start_minute": "13:00",
        "end_minute": "16:30",
        "mode": "訪問",
        "status": "実施",
        "is_first_visit": "×",
        "theme": "生成AI",
        "section_name": "総務課",
        "attendee_count": "5",
        "activities": "研修",
        "decision": "",
        "deliverable_name": "",
        "next_action": "",
        "due_date": "R8.7.31",
        "preparation_hours": "2.5",
        "travel_cost_jpy": "1,200",
    }
    return list((values | typed).values())


def column(field: str) -> int:
    """Position (from 0) of a field in a visit row."""
    return [f.name for f in all_datasets()[VISITS].columns].index(field)


def conformed(
    folder: Path,
    rows: Iterable[Sequence[Any]],
    source: str = "visit_log",
    *,
    aliases: Mapping[str, str] | None = None,
) -> FileOutcome:
    """Write rows as a CSV and conform it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path = folder / "form.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return conform_file(FileJob(FILE_ID, source, path, path.name, sample_key(), aliases or {}))


def visits(folder: Path, rows: Iterable[Sequence[Any]]) -> FileOutcome:
    """Conform a correct form with these rows under its heading."""
    return conformed(folder, [*PREAMBLE, heading(), *rows])


def landed(outcome: FileOutcome, dataset: str = VISITS) -> list[dict[str, Any]]:
    return outcome.rows.get(dataset, [])


def errors(outcome: FileOutcome) -> list[Finding]:
    return [f for f in outcome.findings if f.severity == ERROR]


def places(outcome: FileOutcome) -> list[tuple[str, str]]:
    """Cell and rule of every finding."""
    return [(f.cell, f.rule) for f in outcome.findings]
