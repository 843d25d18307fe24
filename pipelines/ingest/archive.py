"""The archive: each received file is copied once, by content, and never lost or edited.

A file is found at `raw/<年度>/<source>/<YYYY-MM-DD>/<file>`. The officer may later overwrite or
delete it there; the archive keeps it, or keeps what has taken its place once its retention has ended.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.errors import KyosoError, reason
from pipelines.ingest.content import content_hash
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.ledger import Ledger, Receipt
from pipelines.ingest.raw_folder import as_text, files_in
from pipelines.ingest.seen import Seen, stamp_of
from pipelines.settings import Settings

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass
class Reception:
    """What a look at `raw` found.

    Attributes:
        new: receipts of files that were not known.
        unreadable: paths and why they could not be received.
        expired: paths of originals that are kept no longer; they are not received again.
    """

    new: list[Receipt] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)


class Archive:
    """Content-addressed files and their receipts under one home."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.ledger = Ledger(settings.ledger)

    def path_of(self, file_id: str) -> Path:
        """Where the bytes lie that stand for a received file: the original, or what has taken its place."""
        return self.place_of(self.content_of(file_id))

    def content_of(self, file_id: str) -> str:
        """The hash of those bytes."""
        replacement = self.ledger.replacements.get(file_id)
        return replacement.replaced_by if replacement else file_id

    def place_of(self, content: str) -> Path:
        """Where bytes of this hash lie in the archive."""
        return self._settings.archive / content[:2] / content

    def drop_replaced(self) -> None:
        """Remove originals that have been replaced; a run that died in between left one at most."""
        for file_id in self.ledger.replacements:
            original = self.place_of(file_id)
            if original.exists() and self.is_whole(file_id):
                original.unlink()
                self._make_durable({original.parent})

    def receive(self, today: date) -> Reception:
        """Archive what is new in `raw` and enter it in the ledger.

        Args:
            today: the day on which new files are seen; also the received date of those in no dated folder.

        Raises:
            KyosoError: `raw` is missing, or fictional and real files would mix.
        """
        raw = self._settings.raw
        if not raw.is_dir():
            raise KyosoError(
                "受領ファイルのフォルダがありません。",
                where=str(raw),
                todo="--raw で正しいフォルダを指定してください。",
            )
        self._refuse_mixture()
        self.drop_replaced()
        known = {(receipt.path, receipt.file_id) for receipt in self.ledger.receipts}
        seen = Seen(self._settings.archive / "seen.json", known)
        replaced = self.ledger.replacements
        sizes = {receipt.size_bytes for receipt in self.ledger.receipts if receipt.file_id in replaced}
        reception = Reception()
        for path in files_in(raw, reception.unreadable):
            relative = as_text(path.relative_to(raw))
            try:
                stamp = stamp_of(path)
                seen_before = seen.file_id(relative, stamp)
                # Before a byte of it is copied: what is kept no longer must not come back for a moment.
                if stamp[0] in sizes and (seen_before or content_hash(path)) in replaced:
                    reception.expired.append(relative)
                    continue
                if seen_before and self.path_of(seen_before).exists():
                    continue
                file_id = self._store(path)
                if stamp_of(path) != stamp:
                    reception.unreadable.append(
                        (relative, "読み取り中に書き換えられました。次の夜にもう一度読みます。")
                    )
                    continue
            except OSError as error:
                if not path.exists():
                    continue
                reception.unreadable.append(
                    (relative, f"読めません({reason(error)})。権限を確かめてください。")
                )
                continue
            seen.note(relative, stamp, file_id)
            if (relative, file_id) not in known:
                reception.new.append(self._receipt(relative, file_id, stamp[0], today, len(reception.new)))
        self._make_durable({self.path_of(receipt.file_id).parent for receipt in reception.new})
        self.ledger.append(reception.new)
        seen.save()
        return reception

    def need(self, receipts: Iterable[Receipt]) -> None:
        """Make sure that archived files are what was received, before anything is read from them.

        One that was lost or spoiled is taken again from `raw` where it still lies there.

        Raises:
            KyosoError: it lies nowhere else.
        """
        lost = []
        for receipt in receipts:
            if self.is_whole(receipt.file_id):
                continue
            if source := self.still_in_raw(receipt.file_id):
                self.keep_again(source, receipt.file_id)
            else:
                lost.append(receipt)
        if lost:
            more = f" ほか{len(lost) - 1}件" if len(lost) > 1 else ""
            raise KyosoError(
                f"受領ファイルの控えがなくなったか、受領したときと違います({lost[0].path}、{lost[0].received_date}受領{more})。",
                where=str(self.path_of(lost[0].file_id)),
                todo="控え(バックアップ)の同じ場所のファイルを写してください。kyoso doctor がすべてを示します。",
            )

    def is_whole(self, file_id: str) -> bool:
        """Whether the archived bytes are those that were received, or those that took their place."""
        path = self.path_of(file_id)
        return path.exists() and content_hash(path) == self.content_of(file_id)

    def still_in_raw(self, file_id: str) -> Path | None:
        """The very same bytes where somebody put them; never those of an original that is kept no longer."""
        if file_id in self.ledger.replacements:
            return None
        for receipt in self.ledger.by_file.get(file_id, ()):
            path = self._settings.raw / receipt.path
            if path.is_file() and content_hash(path) == file_id:
                return path
        return None

    def keep_again(self, source: Path, file_id: str) -> None:
        """Replace an archived file that was lost or spoiled by the same bytes from somewhere else.

        Raises:
            KyosoError: they are other bytes.
        """
        damaged = self.path_of(file_id)
        aside = damaged.with_name(f".{file_id}.damaged")
        if damaged.exists():
            damaged.replace(aside)
        if self._store(source) != file_id:
            raise KyosoError(
                "受領したときと違うファイルです。", where=str(source), todo="控えを確かめてください。"
            )
        self._make_durable({damaged.parent})
        aside.unlink(missing_ok=True)

    def _receipt(self, relative: str, file_id: str, size: int, today: date, offset: int) -> Receipt:
        parts = relative.split("/")
        dated = next((p for p in parts[:-1] if _DATE.match(p)), None)
        source = next((p for p in parts[:-1] if p in load_contracts()), "")
        return Receipt(
            seq=len(self.ledger.receipts) + offset + 1,
            path=relative,
            file_id=file_id,
            source=source,
            received_date=_to_date(dated) or today,
            size_bytes=size,
            is_sample=self._settings.is_sample,
            seen_date=today,
        )

    def _store(self, path: Path) -> str:
        """Copy a file into the archive by its hash; the copy appears whole or not at all."""
        # What people sent is nobody else's on this machine.
        self._settings.archive.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._settings.archive / ".incoming"
        temporary.unlink(missing_ok=True)
        digest = hashlib.sha256()
        with path.open("rb") as source, temporary.open("wb") as copy:
            while block := source.read(2**20):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        file_id = digest.hexdigest()
        target = self.place_of(file_id)
        if target.exists():
            temporary.unlink()
        else:
            target.parent.mkdir(exist_ok=True)
            temporary.chmod(0o440)
            temporary.replace(target)
        return file_id

    def _make_durable(self, folders: set[Path]) -> None:
        """After a power cut no receipt may stand in the ledger whose bytes have no name in the archive."""
        for folder in sorted(folders | ({self._settings.archive} if folders else set())):
            descriptor = os.open(folder, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def _refuse_mixture(self) -> None:
        kinds = {receipt.is_sample for receipt in self.ledger.receipts}
        if kinds and kinds != {self._settings.is_sample}:
            here = "架空データ" if self._settings.is_sample else "本物のファイル"
            there = "本物のファイル" if self._settings.is_sample else "架空データ"
            raise KyosoError(
                f"{there}の保管場所に、{here}を入れようとしています。混ぜることはできません。",
                where=f"{self._settings.raw} → {self._settings.home}",
                todo="--home で別の保管場所を指定してください(見本の保管場所は var/sample です)。",
            )


def _to_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
