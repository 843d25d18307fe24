"""Ledgers against their chains, the archive against the ledger and its hashes, and originals against their retention."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pipelines.ingest.archive import Archive
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.serve.editions import ledger_of
from pipelines.serve.operations import operations_ledger
from pipelines.serve.replacing import STAGED
from pipelines.serve.retention import LEFT_IN_RAW, originals
from pipelines.serve.witness import check_ledger
from pipelines.settings import Settings, today


def ledgers(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every chain is whole, and the releases miss no receipt."""
    check_ledger(settings, Archive(settings).ledger)
    ledger_of(settings)
    operations_ledger(settings)
    yield from ()


def archive(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every received file is there with the bytes that were received."""
    kept = Archive(settings)
    by_file = kept.ledger.by_file
    for done, (file_id, receipts) in enumerate(by_file.items(), start=1):
        progress("受領ファイルの控え", done, len(by_file))
        if kept.is_whole(file_id):
            continue
        path, source = kept.path_of(file_id), kept.still_in_raw(file_id)
        state = "受領したときと違います" if path.exists() else "なくなっています"
        yield Trouble(
            f"受領ファイルの控えが{state}({receipts[0].path}、{receipts[0].received_date}受領)。",
            str(path),
            f"控え(バックアップ)の archive/{path.parent.name}/{path.name} を同じ場所に写してください。"
            + ("raw に同じファイルが残っているため、--repair でも直せます。" if source else ""),
            partial(kept.keep_again, source, file_id) if source else None,
        )


def retention(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """No original is kept longer than stated, and none that was replaced lies about."""
    kept = Archive(settings)
    for original in originals(settings, kept):
        path = original.receipt.path
        if original.is_due(today()):
            yield Trouble(
                f"原本の保存期間が{original.kept_until}に終わっています({path})。",
                str(kept.path_of(original.receipt.file_id)),
                'kyoso retention で確かめ、kyoso retention --apply --reason "…" で件数に置き換えてください。',
            )
        if original.is_in_raw:
            yield Trouble(f"{LEFT_IN_RAW}。", str(settings.raw / path), "このファイルを削除してください。")
        if original.replacement and (left := kept.place_of(original.receipt.file_id)).exists():
            yield Trouble(
                f"件数に置き換えた原本が、控えに残っています({path})。",
                str(left),
                "--repair か、次の kyoso nightly が削除します。",
                kept.drop_replaced,
            )
    if (staged := settings.archive / STAGED).exists():
        yield Trouble(
            "原本の置き換えが、途中で止まっています(原本は無事です)。",
            str(staged),
            'kyoso retention --apply --reason "…" をもう一度実行してください。',
        )
