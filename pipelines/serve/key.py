"""The pseudonym key of a home: never replaced in silence, and renewed on purpose by `kyoso key rotate`.

A lost key would be made anew at the next use, and nobody would know that the people of yesterday and today are the
same no longer. So a home that has received anything refuses to go on without its key, or with another one.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import KyosoError
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.pseudonyms import default_key_file, load_key, stage_key
from pipelines.serve.durable import sync
from pipelines.serve.lock import WriterLock
from pipelines.serve.operations import Operation, operations, record
from pipelines.serve.release import releases
from pipelines.settings import Settings

USAGE = 2


def key_file(settings: Settings) -> Path:
    """Where the key of real data lies."""
    return settings.key_file or default_key_file()


def check_key(settings: Settings, ledger: Ledger) -> None:
    """Make sure that a home with real files has its key; a home without any gets one.

    Raises:
        KyosoError: it is missing, cannot be used, or is another one than before and nobody renewed it.
    """
    receipts = ledger.receipts
    if settings.is_sample or (receipts and receipts[0].is_sample):
        return
    path = key_file(settings)
    if receipts and not path.exists():
        raise KyosoError(
            "仮名の鍵がありません。新しい鍵では、以前の記録と同じ人か分からなくなるため、止めました。",
            where=str(path),
            todo="鍵の控えを戻すか、KYOSO_KEY_FILE に正しい場所を指定してください。"
            '鍵を失ったときは kyoso key rotate --reason "鍵の紛失" で新しい鍵にできます。',
        )
    key_id = load_key(path).key_id
    used = next((r.manifest.get("key_id", key_id) for r in releases(settings) if r.is_current), key_id)
    renewed = {entry.subject for entry in operations(settings) if entry.kind == "rotate_key"}
    if key_id != used and key_id not in renewed:
        raise KyosoError(
            f"仮名の鍵({key_id})が、公開版を作った鍵({used})と違い、交換の記録もありません。",
            where=str(path),
            todo="元の鍵の控えを戻してください。交換したいときは kyoso key rotate を使います。",
        )


def rotate(settings: Settings, reason: str, by: str | None = None) -> Operation:
    """Replace the key by a new one; the old one is gone, and with it the way from people to their old pseudonyms.

    The next night lands everything again from the archive under the new key.

    Raises:
        KyosoError: the home holds fictional data, whose key is published (exit code 2), or another run is under
            way (4).
    """
    receipts = Ledger(settings.ledger).receipts
    if settings.is_sample or (receipts and receipts[0].is_sample):
        raise KyosoError(
            "見本(架空データ)の鍵は公開されたもので、交換できません。",
            where=str(settings.home),
            todo="本物の保管場所を --home で指定してください。",
            exit_code=USAGE,
        )
    path = key_file(settings)
    with WriterLock(settings):
        previous = load_key(path).key_id if path.exists() else ""
        staged, key = stage_key(path)
        # Recorded first: a key that nobody recorded would stop every night. Should this process die in between,
        # the old key goes on, and the command can be given again.
        made = record(settings, "rotate_key", key.key_id, reason, by, previous=previous)
        staged.replace(path)
        sync(path.parent)
        return made
