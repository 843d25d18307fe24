"""Issuing: the current release becomes an edition, with documents that carry its number and its difference."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.ingest.archive import Archive
from pipelines.ingest.chain import Chain
from pipelines.report.edition import EditionTitle, PreviousEdition
from pipelines.report.render import DOCUMENTS, render
from pipelines.serve.durable import link, sync, sync_tree
from pipelines.serve.editions import (
    KINDS,
    RECORD,
    Edition,
    complete_ledger,
    edition_id,
    edition_label,
    editions,
    ledger_of,
)
from pipelines.serve.going_back import withdrawals
from pipelines.serve.issue_rules import check_intact, check_order, check_release, refusal
from pipelines.serve.lock import WriterLock
from pipelines.serve.release import MANIFEST, current_id
from pipelines.serve.sums import sums_of
from pipelines.serve.witness import WITNESS, check_ledger
from pipelines.settings import CHECKOUT, Settings

_KEPT = ("warehouse.duckdb", "verdict.json", MANIFEST, "control", WITNESS)
Render = Callable[[Path, EditionTitle, Path], object]


@dataclass(frozen=True)
class Issued:
    """What `issue` did.

    Attributes:
        edition: the edition asked for.
        is_new: False when this release had been issued as this kind before; then nothing changed.
        entered: editions of a run that had died, which the ledger now has.
    """

    edition: Edition
    is_new: bool
    entered: tuple[Edition, ...] = ()


def issue(settings: Settings, kind: str, today: date, write: Render | None = None) -> Issued:
    """Freeze the current release as an edition of its fiscal year.

    Args:
        settings: the home.
        kind: one of `KINDS`.
        today: the day of issue; it stands in the ledger and in no document.
        write: renders the documents; by default every one of them.

    Raises:
        KyosoError: it may not be issued (exit code 3), another run is under way (4), or a ledger is broken.
    """
    # A home that was mistyped is not made.
    _current(settings)
    with WriterLock(settings):
        check_ledger(settings, Archive(settings).ledger)
        chain = ledger_of(settings)
        entered = tuple(complete_ledger(settings, chain))
        for edition in entered:
            _show(settings, edition)
        release = _current(settings)
        manifest: dict[str, Any] = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
        before = [e for e in editions(settings) if e.fiscal_year == int(manifest["fiscal_year"])]
        same = [e for e in before if e.kind == kind and e.release_id == manifest["release_id"]]
        if same and (gone := withdrawals(settings).get(same[-1].edition_id)):
            raise refusal(
                f"この公開版から発行した{same[-1].name}は、取り消されています。",
                gone.line,
                "資料を直して kyoso nightly で新しい公開版を作ってから、発行してください。",
            )
        if same:
            _show(settings, same[-1])
            return Issued(same[-1], is_new=False, entered=entered)
        if before:
            check_intact(before[-1])
        check_order(kind, date.fromisoformat(manifest["as_of"]), before)
        check_release(release, manifest, kind, today)
        number = 1 + sum(e.kind == kind for e in before)
        edition = _freeze(
            settings, release, manifest, kind, number, before, today, chain, write or _documents
        )
        chain.append([edition.record])
        _show(settings, edition)
        return Issued(edition, is_new=True, entered=entered)


def _current(settings: Settings) -> Path:
    if current_id(settings) is None:
        raise refusal(
            "発行する公開版がありません。",
            settings.home,
            "先に kyoso nightly を実行して、検査に合格した版を公開してください。",
        )
    return settings.current.resolve()


def _freeze(
    settings: Settings,
    release: Path,
    manifest: dict[str, Any],
    kind: str,
    number: int,
    before: list[Edition],
    today: date,
    chain: Chain,
    write: Render,
) -> Edition:
    """Make the edition aside, have it on disk, and let it appear by one rename."""
    aside = settings.build / "edition"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name in _KEPT:
        if (release / name).is_dir():
            shutil.copytree(release / name, aside / name)
        elif (release / name).exists():
            shutil.copyfile(release / name, aside / name)
    last = before[-1] if before else None
    previous = _shown_before(last) if last else None
    years = (int(manifest["fiscal_year"]) - 1, int(manifest["fiscal_year"]))
    # Also editions that were withdrawn: what was shown can still be subtracted.
    earlier = tuple(_shown_before(e) for e in editions(settings) if e.fiscal_year in years)
    (aside / "reports").mkdir()
    write(aside, EditionTitle(edition_label(kind, number), previous, earlier), aside / "reports")
    verdict = json.loads((aside / "verdict.json").read_text(encoding="utf-8"))
    record = {
        "seq": len(chain.bodies) + 1,
        "edition_id": edition_id(int(manifest["fiscal_year"]), kind, number),
        "kind": kind,
        "number": number,
        "issued_on": today.isoformat(),
        "previous": last.edition_id if last else None,
        **{
            name: manifest[name]
            for name in ("fiscal_year", "as_of", "release_id", "code_version", "is_sample")
        },
        "verdict": {"is_open": verdict["is_open"], "checks": len(verdict["results"])},
        "files": sums_of(aside, [RECORD]),
    }
    # With the line before it, so that the ledger can be completed from the folder, but never forked.
    text = json.dumps(record | {"prev": chain.head}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (aside / RECORD).write_text(text, encoding="utf-8")
    for path in aside.rglob("*"):
        if path.is_file():
            path.chmod(path.stat().st_mode & 0o555)
    sync_tree(aside)
    folder = settings.issued / str(record["edition_id"])
    settings.issued.mkdir(parents=True, exist_ok=True)
    aside.rename(folder)
    sync(settings.issued)
    sync(settings.home)
    return Edition(folder, record)


def _shown_before(edition: Edition) -> PreviousEdition:
    return PreviousEdition(edition.label, edition.as_of, edition.folder)


def _documents(release: Path, title: EditionTitle, folder: Path) -> object:
    return render(release, [document.key for document in DOCUMENTS], title, folder)


def _show(settings: Settings, edition: Edition) -> None:
    """Let `reports/issued/<edition>` lead to the documents, for the checkout's own homes."""
    if settings.home.is_relative_to(CHECKOUT):
        fictional = "架空データ_" if edition.record["is_sample"] else ""
        name = CHECKOUT / "reports" / "issued" / f"{fictional}{edition.edition_id}"
        with contextlib.suppress(OSError):
            link(name, Path(os.path.relpath(edition.folder / "reports", name.parent)))


__all__ = ["KINDS", "Issued", "issue"]
