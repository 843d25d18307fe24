"""Landing: archived files are read once and become typed rows in segments.

When a reader, a contract, the municipalities, the alias table, the chat mappings or the pseudonym key changes, everything
is landed again from the archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from pipelines.ingest.archive import Archive
from pipelines.ingest.conform.file import conform_file_by
from pipelines.ingest.conform.outcome import FileJob, FileOutcome, refuse
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.pseudonyms import PseudonymKey, load_key, sample_key
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.worker import ReadingWorkers
from pipelines.ingest.reading_policy import ReadingPolicy
from pipelines.ingest.segments import (
    FILES_PER_SEGMENT,
    compact,
    landed_files,
    sweep,
    write_empty_segments,
    write_segment,
)
from pipelines.settings import Settings

ROWS_PER_SEGMENT = 500_000
# Few files are read faster in one extra process than by starting two.
FILES_PER_WORKER = 20
Progress = Callable[[int, int], None]


@dataclass
class LandingSummary:
    """What one landing did."""

    files_read: int = 0
    files_refused: int = 0
    rows_landed: int = 0
    rows_set_aside: int = 0
    names_read: list[str] = field(default_factory=list)


def pseudonym_key(settings: Settings) -> PseudonymKey:
    """The published key for fictional data, the secret one otherwise."""
    return sample_key() if settings.is_sample else load_key(settings.key_file)


@cache
def parser_version() -> str:
    """Changes whenever the code or data that decide what lands change."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in [folder.parent / "fiscal_year.py", *sorted(folder.rglob("*"))]:
        if path.suffix in (".py", ".yaml", ".csv"):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def land_new(
    settings: Settings, archive: Archive | None = None, progress: Progress | None = None
) -> LandingSummary:
    """Land every received file that has not landed under the present version."""
    landing = Landing(settings, archive or Archive(settings), progress)
    landing.land(landing.unread)
    landing.tidy()
    return landing.summary


class Landing:
    """One landing: policy files are read at once, for they say how all others are read.

    Attributes:
        summary: what it has done until now.
        reading: the municipalities, alias table and chat mappings in force.
        unread: the other files that had not landed under the present version when it began.
    """

    def __init__(
        self,
        settings: Settings,
        archive: Archive,
        progress: Progress | None = None,
        *,
        is_alone: bool = True,
    ) -> None:
        """Land the policy.

        Args:
            settings: the home.
            archive: its archive.
            progress: told after every file.
            is_alone: False where other processes land at the same time: nothing is swept or merged then, and the policy
                must have landed.
        """
        self.summary = LandingSummary()
        self._settings, self._archive, self._progress = settings, archive, progress
        self._key = pseudonym_key(settings)
        receipts = _first_receipts(archive.ledger.receipts)
        others = [r for r in receipts if r.source not in ("policy", "")]
        if is_alone:
            write_empty_segments(settings.landed)
            version = f"policy-{parser_version()}-{self._key.key_id}"
            policy = [r for r in receipts if r.source == "policy"]
            if new := _not_in(sweep(settings.landed, version), policy):
                self._land(new, version, ReadingPolicy())
                compact(settings.landed, version)
        self.reading = ReadingPolicy.newest(settings.landed, archive.ledger.receipts)
        self._version = f"rows-{parser_version()}-{self._key.key_id}-{self.reading.digest}"
        look = sweep if is_alone else landed_files
        self.unread = _not_in(look(settings.landed, self._version), others)

    def land(self, receipts: list[Receipt]) -> None:
        """Read files and land their rows."""
        self._land(receipts, self._version, self.reading)

    def tidy(self) -> None:
        """Merge small segments when there are too many of them."""
        compact(self._settings.landed, self._version)

    def _land(self, receipts: list[Receipt], version: str, reading: ReadingPolicy) -> None:
        if not receipts:
            return
        self._archive.need(receipts)
        jobs = [
            FileJob(
                r.file_id,
                r.source,
                self._archive.path_of(r.file_id),
                r.name,
                self._key,
                reading.aliases,
                reading.chat_mappings,
                r.file_id in self._archive.ledger.replacements,
            )
            for r in receipts
        ]
        names = {(r.file_id, r.source): r.path for r in receipts}
        workers: ReadingWorkers[FileJob, FileOutcome] = ReadingWorkers(
            partial(conform_file_by, reading.municipalities),
            count=None if len(jobs) > FILES_PER_WORKER else 1,
        )
        batch: dict[tuple[str, str], FileOutcome] = {}
        order = {(job.file_id, job.source): number for number, job in enumerate(jobs)}
        for done, (job, result) in enumerate(workers.map(jobs), start=1):
            outcome = result if isinstance(result, FileOutcome) else FileOutcome(job.file_id, job.source)
            if isinstance(result, Refused):
                refuse(outcome, result)
            batch[(job.file_id, job.source)] = outcome
            _count(outcome, names[(job.file_id, job.source)], self.summary)
            if self._progress:
                self._progress(done, len(jobs))
            if len(batch) >= FILES_PER_SEGMENT or _row_count(batch.values()) >= ROWS_PER_SEGMENT:
                write_segment(self._settings.landed, version, _ordered(batch, order))
                batch.clear()
        if batch:
            write_segment(self._settings.landed, version, _ordered(batch, order))


def _first_receipts(receipts: Iterable[Receipt]) -> list[Receipt]:
    first: dict[tuple[str, str], Receipt] = {}
    for receipt in receipts:
        first.setdefault((receipt.file_id, receipt.source), receipt)
    return list(first.values())


def _not_in(landed: Container[tuple[str, str]], receipts: Iterable[Receipt]) -> list[Receipt]:
    return [r for r in receipts if (r.file_id, r.source) not in landed]


def _ordered(
    batch: dict[tuple[str, str], FileOutcome], order: dict[tuple[str, str], int]
) -> list[FileOutcome]:
    return [batch[key] for key in sorted(batch, key=order.__getitem__)]


def _count(outcome: FileOutcome, name: str, summary: LandingSummary) -> None:
    summary.files_read += 1
    summary.files_refused += outcome.status == "refused"
    summary.rows_landed += sum(c.rows_landed for c in outcome.counts)
    summary.rows_set_aside += sum(c.rows_set_aside for c in outcome.counts)
    summary.names_read.append(name)


def _row_count(outcomes: Iterable[FileOutcome]) -> int:
    return sum(count.rows_landed for outcome in outcomes for count in outcome.counts)
