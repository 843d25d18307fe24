"""Issued editions: what the prefecture has handed out, numbered, immutable and kept for ever.

Each is a folder in `issued/` with the release it was made from and documents of its own, and a line in a
hash-chained ledger. The folder appears whole, by one rename, and carries its own line: if a run dies before
the ledger has it, or somebody cuts the ledger's end off, the next `kyoso issue` enters it, as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.fiscal_year import label, short_label
from pipelines.ingest.chain import Chain
from pipelines.serve.sums import sums_of
from pipelines.settings import Settings

KINDS = ("暫定", "確定", "追補")
RECORD = "edition.json"
LEDGER = "ledger.jsonl"
INTACT, CHANGED, LOST = "無事", "書き換えあり", "なし"


@dataclass(frozen=True)
class Edition:
    """One issued edition.

    Attributes:
        folder: with warehouse.duckdb, verdict.json, manifest.json, control/ and reports/.
        record: its line in the ledger.
    """

    folder: Path
    record: dict[str, Any]

    @property
    def edition_id(self) -> str:
        """R8-暫定-01."""
        return str(self.record["edition_id"])

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return str(self.record["kind"])

    @property
    def fiscal_year(self) -> int:
        """The reported year."""
        return int(self.record["fiscal_year"])

    @property
    def as_of(self) -> date:
        """The day of knowledge."""
        return date.fromisoformat(self.record["as_of"])

    @property
    def release_id(self) -> str:
        """The release it was made from."""
        return str(self.record["release_id"])

    @property
    def label(self) -> str:
        """暫定版 第1号."""
        return edition_label(self.kind, int(self.record["number"]))

    @property
    def name(self) -> str:
        """令和8年度 暫定版 第1号."""
        return f"{label(self.fiscal_year).split('(')[0]} {self.label}"

    @property
    def state(self) -> str:
        """Whether every file still has the bytes that were issued."""
        if not self.folder.is_dir():
            return LOST
        return INTACT if sums_of(self.folder, [RECORD]) == self.record["files"] else CHANGED


def edition_label(kind: str, number: int) -> str:
    """What documents call an edition of their fiscal year."""
    return f"{kind}版 第{number}号"


def edition_id(fiscal_year: int, kind: str, number: int) -> str:
    """What folders and commands call an edition."""
    return f"{short_label(fiscal_year)}-{kind}-{number:02d}"


def ledger_of(settings: Settings) -> Chain:
    """The ledger of editions, its chain verified.

    Raises:
        KyosoError: it was tampered with.
    """
    return Chain(settings.issued / LEDGER, "発行台帳")


def editions(settings: Settings) -> list[Edition]:
    """Every edition in the ledger, in the order of issue."""
    return [_edition(settings, record) for record in ledger_of(settings).bodies]


def last_edition(settings: Settings, fiscal_year: int) -> Edition | None:
    """The edition of a fiscal year issued last."""
    found = [e for e in editions(settings) if e.fiscal_year == fiscal_year]
    return found[-1] if found else None


def unrecorded(settings: Settings, chain: Chain) -> list[Edition]:
    """Whole editions that the ledger does not have, in the order of their issue."""
    known = {body["edition_id"] for body in chain.bodies}
    records = [json.loads(p.read_text(encoding="utf-8")) for p in settings.issued.glob(f"*/{RECORD}")]
    missing = [_edition(settings, record) for record in records if record["edition_id"] not in known]
    return sorted(missing, key=lambda edition: int(edition.record["seq"]))


def complete_ledger(settings: Settings, chain: Chain) -> list[Edition]:
    """Enter the editions that the ledger lost, or never got because the run died.

    Raises:
        KyosoError: such a folder is not as it was issued, or does not follow the ledger's last line.
    """
    entered = unrecorded(settings, chain)
    for edition in entered:
        follows = int(edition.record["seq"]) == len(chain.bodies) + 1 and edition.record["prev"] == chain.head
        if not follows or edition.state != INTACT:
            raise KyosoError(
                f"発行台帳にない版のフォルダ {edition.edition_id} があり、台帳の続きとして確かめられません。",
                where=f"{edition.folder}\n{chain.path}",
                todo="控え(バックアップ)から issued フォルダを戻してください。発行は行っていません。",
            )
        chain.append([{name: value for name, value in edition.record.items() if name != "prev"}])
    return entered


def _edition(settings: Settings, record: dict[str, Any]) -> Edition:
    return Edition(settings.issued / str(record["edition_id"]), record)
