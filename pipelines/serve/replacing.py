"""Replacing an original by what landed of it: nothing is deleted before its replacement is proved and in the ledger.

The order keeps every moment safe. The file of counts is written beside its place, read back and compared with what
the original gives; it gets its name in the archive; the ledger binds it to the original; then the original goes.
Killed in between, the original or its replacement is there, and the next night or the same command finishes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.ingest.archive import Archive
from pipelines.ingest.conform.counts_file import attestation_of, read_counts, tables_of, write_counts
from pipelines.ingest.conform.file import conform_file_by
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.content import content_hash
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.landing import parser_version, pseudonym_key
from pipelines.ingest.ledger import Receipt, Replacement
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.worker import ReadingWorkers
from pipelines.ingest.reading_policy import ReadingPolicy
from pipelines.serve.affiliations import release_of, with_affiliations
from pipelines.serve.durable import sync
from pipelines.serve.key import check_key
from pipelines.serve.lock import WriterLock
from pipelines.serve.operations import who_and_why
from pipelines.serve.retention import Original, originals
from pipelines.serve.witness import check_ledger
from pipelines.settings import TOKYO, Settings

STAGED = ".replacement"
Progress = Callable[[str], None]


def apply(
    settings: Settings,
    reason: str,
    by: str | None = None,
    *,
    today: date,
    with_unread: bool = False,
    progress: Progress = lambda _path: None,
) -> list[Original]:
    """Replace every original whose retention has ended by its counts.

    Args:
        settings: the home.
        reason: why, for the ledger and the attestation.
        by: who decided; by default the user of this computer.
        today: decides what is due.
        with_unread: also those that could not be read, of which nothing can be read later either.
        progress: told each path.

    Returns:
        What was replaced.

    Raises:
        KyosoError: no reason (exit code 2), another run is under way (4), or an original cannot be replaced safely.
    """
    by, reason = who_and_why(by, reason)
    done = []
    with WriterLock(settings):
        archive = Archive(settings)
        check_ledger(settings, archive.ledger)
        check_key(settings, archive.ledger)
        archive.drop_replaced()
        _forget_named(archive, settings.archive / STAGED)
        for original in [o for o in originals(settings, archive) if o.is_due(today)]:
            progress(original.receipt.path)
            if _replace(settings, archive, original, by, reason, with_unread=with_unread):
                done.append(
                    replace(original, replacement=archive.ledger.replacements[original.receipt.file_id])
                )
    return done


def _replace(
    settings: Settings, archive: Archive, original: Original, by: str, reason: str, *, with_unread: bool
) -> bool:
    receipt = original.receipt
    # Without a release nobody knows the policy nor whose the posts are; daily counts go the same way.
    release_of(settings, receipt)
    archive.need([receipt])
    outcome = _read(settings, archive, receipt)
    if not outcome.submissions and not with_unread:
        return False
    tables = tables_of(outcome)
    kept = {name: with_affiliations(settings, receipt, name, rows) for name, rows in tables.items()}
    key_id = pseudonym_key(settings).key_id
    staged = settings.archive / STAGED
    if not _is_staged(staged, receipt.file_id, key_id):
        write_counts(
            staged, replace(outcome, rows={}, tables=kept), _attested(original, outcome, key_id, by, reason)
        )
    _verify(settings, staged, receipt, outcome)
    sync(staged)
    staged.chmod(0o440)
    content = content_hash(staged)
    target = archive.place_of(content)
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        os.link(staged, target)
    sync(target.parent)
    sync(settings.archive)
    attested = attestation_of(target)
    archive.ledger.replace(
        Replacement(
            file_id=receipt.file_id,
            replaced_by=content,
            size_bytes=target.stat().st_size,
            after_seq=len(archive.ledger.receipts),
            key_id=key_id,
            parser_version=parser_version(),
            at=attested["replaced_at"],
            by=attested["by"],
            reason=attested["reason"],
        )
    )
    staged.unlink()
    archive.drop_replaced()
    return True


def _read(settings: Settings, archive: Archive, receipt: Receipt) -> FileOutcome:
    """What the original gives now; in a worker, like everything that came from outside."""
    policy = ReadingPolicy.newest(settings.landed, archive.ledger.receipts)
    key, path = pseudonym_key(settings), archive.place_of(receipt.file_id)
    job = FileJob(
        receipt.file_id, receipt.source, path, receipt.name, key, policy.aliases, policy.chat_mappings
    )
    workers: ReadingWorkers[FileJob, FileOutcome] = ReadingWorkers(
        partial(conform_file_by, policy.municipalities), count=1
    )
    ((_, found),) = list(workers.map([job]))
    if isinstance(found, Refused):
        raise KyosoError(
            f"原本を読めないため、置き換えませんでした({found.message})。",
            where=receipt.path,
            todo="kyoso doctor で確かめてください。",
        )
    return found


def _attested(original: Original, outcome: FileOutcome, key_id: str, by: str, reason: str) -> dict[str, Any]:
    receipt = original.receipt
    return {
        "original": {
            "file_id": receipt.file_id,
            "path": receipt.path,
            "received_date": receipt.received_date.isoformat(),
            "size_bytes": receipt.size_bytes,
            "kept_until": original.kept_until.isoformat(),
        },
        "source": receipt.source,
        "contract_version": load_contracts()[receipt.source].version,
        "parser_version": parser_version(),
        "key_id": key_id,
        "rows": {name: table.num_rows for name, table in tables_of(outcome).items()},
        "replaced_at": datetime.now(TOKYO).isoformat(timespec="seconds"),
        "by": by,
        "reason": reason,
    }


def _forget_named(archive: Archive, staged: Path) -> None:
    """What a run that died had already entered in the ledger needs no second name."""
    entered = {replacement.replaced_by for replacement in archive.ledger.replacements.values()}
    if staged.exists() and content_hash(staged) in entered:
        staged.unlink()


def _is_staged(staged: Path, file_id: str, key_id: str) -> bool:
    """Whether a run that died has finished writing the very same: its bytes may have got their name already."""
    try:
        said = attestation_of(staged)
    except Refused:
        staged.unlink(missing_ok=True)
        return False
    mine = said["original"]["file_id"] == file_id
    if mine and (said["key_id"], said["parser_version"]) == (key_id, parser_version()):
        return True
    staged.unlink()
    return False


def _verify(settings: Settings, staged: Path, receipt: Receipt, outcome: FileOutcome) -> None:
    """What was written, read back, must give what the original gives, row for row and word for word."""
    key = pseudonym_key(settings)
    again = read_counts(FileJob(receipt.file_id, receipt.source, staged, receipt.name, key, is_counts=True))
    before, after = tables_of(outcome), again.tables
    is_same = before.keys() == after.keys() and all(after[name].equals(before[name]) for name in before)
    parts = ("status", "versions", "submissions", "held", "counts", "bindings", "findings")
    if not is_same or any(getattr(again, part) != getattr(outcome, part) for part in parts):
        staged.unlink()
        raise KyosoError(
            "書いた件数のファイルを読み返すと、原本の取込みと違います。原本は残しました。",
            where=receipt.path,
            todo="ディスクを確かめ、kyoso doctor のあとでもう一度実行してください。",
        )
