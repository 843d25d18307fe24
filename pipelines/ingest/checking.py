"""One file checked before it is sent: what it is, told by its content, and what the night would say to it.

Example:
    >>> from pipelines.ingest.checking import CheckJob, check_file
    >>> checked = check_file(CheckJob(Path("報告書.xlsx"), "報告書.xlsx"))
    >>> checked.label, [finding.message for finding in checked.findings]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.header import find_headers
from pipelines.ingest.conform.outcome import LANDED, FileJob, FileOutcome, refuse
from pipelines.ingest.conform.strangers import nearest_form
from pipelines.ingest.content import content_hash
from pipelines.ingest.contracts import all_datasets, load_contracts
from pipelines.ingest.findings import Finding
from pipelines.ingest.municipalities import use_municipalities
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables
from pipelines.ingest.reading_policy import ReadingPolicy
from pipelines.settings import Settings

_YEAR_FOLDER = re.compile(r"^(?:[HR]\d{1,2}|20\d\d)(?:年度)?$")
_TIME = re.compile(r"日時|時刻|date|time", re.IGNORECASE)
_SENDER = re.compile(r"送信者|投稿者|発言者|sender|user", re.IGNORECASE)
_ROWS_LOOKED_AT = 15
_CHAT = "chat_activity"
_NO_CHAT = "unknown_chat_export"


@dataclass(frozen=True)
class CheckJob:
    """What a worker needs to check one file.

    Attributes:
        path: the file.
        name: its name as its sender knows it.
        source: the source that it is meant for, or '' to tell it by the content.
        settings: the home whose alias table names are read with, or None without a home.
    """

    path: Path
    name: str
    source: str = ""
    settings: Settings | None = None


@dataclass(frozen=True)
class Checked:
    """What came of a check; `source` is '' when the file is none of ours."""

    file_id: str
    source: str
    label: str
    findings: tuple[Finding, ...]
    rows_in: int = 0
    rows_landed: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing that the sender is asked to correct or to look at."""
        return all(finding.severity == "info" for finding in self.findings)


def check_file(job: CheckJob) -> Checked:
    """Read one file as the night would. People are given pseudonyms of no importance."""
    file_id = content_hash(job.path)
    source = job.source or source_of_folder(job.path)
    if source:
        return _checked(_conform(job, file_id, source))
    try:
        grids = read_tables(job.path).grids
    except Refused as refused:
        return _checked(_chat_or(job, file_id, refused))
    found = _sources(grids)
    if found:
        return _checked(_conform(job, file_id, found.most_common(1)[0][0]))
    return _checked(_chat_or(job, file_id, _no_form(grids), grids))


def source_of_folder(path: Path) -> str:
    """The source that a folder of received files names: raw/R8/visit_log/2026-07-03/報告書.xlsx."""
    parts = path.absolute().parts[:-1]
    years = [bool(_YEAR_FOLDER.match(part)) for part in parts]
    return next(
        (p for p, is_year in zip(parts[1:], years, strict=False) if is_year and p in load_contracts()), ""
    )


def _conform(job: CheckJob, file_id: str, source: str) -> FileOutcome:
    reading = ReadingPolicy() if source == "policy" else _reading_policy(job.settings)
    return conform_file(
        FileJob(file_id, source, job.path, job.name, sample_key(), reading.aliases, reading.chat_mappings)
    )


def _chat_or(job: CheckJob, file_id: str, refused: Refused, grids: Sequence[Grid] = ()) -> FileOutcome:
    """The file as a chat export; when it is none, what the reader of tables said.

    A table with a time and a sender in its heading is some chat tool's: its refusal says which mapping
    the prefecture has to write.
    """
    chat = _conform(job, file_id, _CHAT)
    is_chat = chat.status == LANDED or all(f.rule not in (_NO_CHAT, refused.rule) for f in chat.findings)
    if is_chat or any(_looks_like_chat(grid) for grid in grids):
        return chat
    outcome = FileOutcome(file_id, "")
    refuse(outcome, refused)
    return outcome


def _looks_like_chat(grid: Grid) -> bool:
    return any(
        any(_TIME.search(text) for text in texts) and any(_SENDER.search(text) for text in texts)
        for row in grid.rows[:_ROWS_LOOKED_AT]
        if (texts := [value for value in row if isinstance(value, str) and len(value) <= 20])
    )


def _sources(grids: list[Grid]) -> Counter[str]:
    """How many columns of each source's forms the visible sheets have."""
    datasets = [d for d in all_datasets().values() if d.kind != "chat_export"]
    found: Counter[str] = Counter()
    for grid in grids:
        if not grid.is_hidden:
            for header in find_headers(grid, datasets):
                found[header.dataset.source] += len(header.columns) - len(header.missing_required)
    return found


def _no_form(grids: list[Grid]) -> Refused:
    nearest = nearest_form(grids, "")
    hint = f"最も近い様式は「{nearest.label}」です。" if nearest else ""
    labels = "、".join(contract.label for contract in load_contracts().values())
    return Refused(
        "unknown_header",
        f"県の様式の見出しが見つかりません。{hint}",
        f"次のいずれかの資料の様式: {labels}",
        "県から届いた様式に、見出しの行を変えずに記入してください(空の様式は kyoso form で作れます)。",
    )


def _checked(outcome: FileOutcome) -> Checked:
    contract = load_contracts().get(outcome.source)
    return Checked(
        outcome.file_id,
        outcome.source,
        contract.label if contract else "",
        tuple(outcome.findings),
        sum(count.rows_in for count in outcome.counts),
        sum(count.rows_landed for count in outcome.counts),
    )


@cache
def _reading_policy(settings: Settings | None) -> ReadingPolicy:
    """The aliases and chat mappings of the home; without one, only official spellings and known tools."""
    if settings is None or not (settings.landed / "policy__aliases").is_dir():
        use_municipalities(())
        return ReadingPolicy()
    from pipelines.ingest.archive import Archive

    return ReadingPolicy.newest(settings.landed, Archive(settings).ledger.receipts)
