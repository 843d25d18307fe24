"""Ledgers against their chains, and the archive against the ledger and its hashes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pipelines.ingest.archive import Archive
from pipelines.ingest.ledger import Receipt
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.serve.editions import ledger_of
from pipelines.serve.operations import operations_ledger
from pipelines.serve.witness import check_ledger
from pipelines.settings import Settings


def ledgers(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every chain is whole, and the releases miss no receipt."""
    check_ledger(settings, Archive(settings).ledger)
    ledger_of(settings)
    operations_ledger(settings)
    yield from ()


def archive(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every received file is there with the bytes that were received."""
    kept = Archive(settings)
    by_content: dict[str, list[Receipt]] = {}
    for receipt in kept.ledger.receipts:
        by_content.setdefault(receipt.file_id, []).append(receipt)
    for done, (file_id, receipts) in enumerate(by_content.items(), start=1):
        progress("受領ファイルの控え", done, len(by_content))
        if kept.is_whole(file_id):
            continue
        path, source = kept.path_of(file_id), kept.still_in_raw(file_id)
        state = "受領したときと違います" if path.exists() else "なくなっています"
        yield Trouble(
            f"受領ファイルの控えが{state}({receipts[0].path}、{receipts[0].received_date}受領)。",
            str(path),
            f"控え(バックアップ)の archive/{file_id[:2]}/{file_id} を同じ場所に写してください。"
            + ("raw に同じファイルが残っているため、--repair でも直せます。" if source else ""),
            partial(kept.keep_again, source, file_id) if source else None,
        )
