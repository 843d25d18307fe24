"""Going back: restoring an earlier release, withdrawing one, and how long the nights respect it.

Every night has a day of its own, so the night after a restoration would publish the same figures again that
somebody has just turned away from. Therefore a restoration or a withdrawal holds publishing until something
other than the day has changed: received files (policy included), the program, the fiscal year or the key. The
nights judge and report all the same, and say that publishing is held. `resume` lifts every hold at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.errors import KyosoError
from pipelines.serve.editions import Edition, editions
from pipelines.serve.lock import WriterLock
from pipelines.serve.operations import Operation, operations, record
from pipelines.serve.release import Release, current_id, no_release, releases, switch
from pipelines.serve.sums import damage
from pipelines.settings import Settings

USAGE = 2
_BASIS = ("code_version", "in_force_hash", "fiscal_year", "key_id", "is_sample")


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal did.

    Attributes:
        operation: its record.
        now_current: the release that readers see afterwards, or None.
        issued: editions made from the withdrawn release that have not been withdrawn themselves.
    """

    operation: Operation
    now_current: str | None
    issued: tuple[Edition, ...] = ()


def withdrawals(settings: Settings) -> dict[str, Operation]:
    """Withdrawn releases and editions by their id."""
    return {entry.subject: entry for entry in operations(settings) if entry.kind == "withdraw"}


def holding(settings: Settings, manifest: dict[str, Any]) -> Operation | None:
    """The decision because of which a candidate must not be published, or None.

    Args:
        settings: the home.
        manifest: the candidate's.
    """
    if gone := withdrawals(settings).get(manifest["release_id"]):
        return gone
    basis = _basis(manifest)
    for entry in reversed(operations(settings)):
        if entry.details.get("left") == basis:
            return entry
        # Whoever goes forward again has changed their mind.
        if entry.kind == "resume" or entry.details.get("chosen") == basis:
            return None
    return None


def restore(settings: Settings, text: str, reason: str, by: str | None = None) -> Operation:
    """Let readers see an earlier release.

    Raises:
        KyosoError: there is none of that name, it was withdrawn, or its files are damaged (exit code 2).
    """
    with WriterLock(settings):
        release = _release(settings, text)
        if withdrawn := withdrawals(settings).get(release.release_id):
            raise KyosoError(
                f"公開版 {release.release_id} は取り消されているため、戻せません。",
                where=withdrawn.line,
                todo="kyoso releases で、取り消されていない版を選んでください。",
                exit_code=USAGE,
            )
        if names := damage(release.folder):
            raise KyosoError(
                f"公開版 {release.release_id} のファイルが、公開したときと違うため、戻せません: {'、'.join(names[:5])}",
                where=str(release.folder),
                todo="kyoso releases で別の版を選んでください。",
                exit_code=USAGE,
            )
        left = next((r for r in releases(settings) if r.is_current), None)
        # Readers lose nothing if this process dies in between: the command can be given again.
        details: dict[str, Any] = {"chosen": _basis(release.manifest)}
        if left and left.release_id != release.release_id:
            details["left"] = _basis(left.manifest)
        made = record(settings, "restore", release.release_id, reason, by, **details)
        switch(settings, release.release_id)
        return made


def withdraw(settings: Settings, text: str, reason: str, by: str | None = None) -> Withdrawn:
    """Withdraw a release, or mark an issued edition as withdrawn; nothing is deleted.

    Readers of a withdrawn current release get the release published last that has not been withdrawn.

    Raises:
        KyosoError: there is nothing of that name (exit code 2), or another run is under way (4).
    """
    with WriterLock(settings):
        known = withdrawals(settings)
        edition = next((e for e in editions(settings) if e.edition_id == text), None)
        if edition is not None:
            made = known.get(text) or record(settings, "withdraw", text, reason, by)
            return Withdrawn(made, current_id(settings))
        release = _release(settings, text)
        name = release.release_id
        made = known.get(name) or record(
            settings, "withdraw", name, reason, by, left=_basis(release.manifest)
        )
        leave_withdrawn(settings)
        issued = tuple(e for e in editions(settings) if e.release_id == name and e.edition_id not in known)
        return Withdrawn(made, current_id(settings), issued)


def resume(settings: Settings, reason: str, by: str | None = None) -> Operation:
    """Lift every hold: the next night publishes again. What was withdrawn stays withdrawn.

    Raises:
        KyosoError: another run is under way (exit code 4).
    """
    with WriterLock(settings):
        return record(settings, "resume", "", reason, by)


def notices(settings: Settings) -> list[str]:
    """What readers of the status must know: editions withdrawn, releases withdrawn as long as they are kept."""
    kept = {release.release_id for release in releases(settings)}
    issued = {edition.edition_id: edition.name for edition in editions(settings)}
    return [
        f"{issued.get(entry.subject, '公開版')} {entry.line}"
        for entry in withdrawals(settings).values()
        if entry.subject in kept or entry.subject in issued
    ]


def leave_withdrawn(settings: Settings) -> str | None:
    """Make sure that readers see no withdrawn release, also after a withdrawal that was interrupted.

    Returns:
        The release that readers see now, or None.
    """
    known = withdrawals(settings)
    if current_id(settings) in known:
        left = [r for r in releases(settings) if r.release_id not in known and not damage(r.folder)]
        newest = max(left, key=published_ns, default=None)
        if newest is None:
            no_release(settings)
        else:
            switch(settings, newest.release_id)
    return current_id(settings)


def published_ns(release: Release) -> int:
    """When a release was made, for comparison with others only."""
    return (release.folder / "manifest.json").stat().st_mtime_ns


def _basis(manifest: dict[str, Any]) -> dict[str, Any]:
    """What a release was made from, but for the day."""
    return {name: manifest.get(name) for name in _BASIS}


def _release(settings: Settings, text: str) -> Release:
    """The release of that id, or the only one whose id begins so."""
    found = releases(settings)
    fitting = [r for r in found if r.release_id == text] or [
        r for r in found if text and r.release_id.startswith(text)
    ]
    if len(fitting) != 1:
        many = f"は{len(fitting)}つあります: {'、'.join(r.release_id for r in fitting)}"
        raise KyosoError(
            f"公開版 {text} {many}" if fitting else f"公開版 {text} はありません。",
            where=str(settings.releases),
            todo="kyoso releases で番号を確かめてください。発行した版は R8-暫定-01 のように書きます。",
            exit_code=USAGE,
        )
    return fitting[0]
