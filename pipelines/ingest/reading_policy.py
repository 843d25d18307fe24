"""What the prefecture's policy sheets say about reading all other files: other spellings, and chat columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.read.chat_mapping import ChatMapping


@dataclass(frozen=True)
class ReadingPolicy:
    """The newest tables received, whatever the as-of date: a file is read the same for every one.

    Attributes:
        aliases: municipality code by folded alias.
        chat_mappings: one per chat tool that needs one.
    """

    aliases: dict[str, str] = field(default_factory=dict)
    chat_mappings: tuple[ChatMapping, ...] = ()

    @classmethod
    def newest(cls, landed: Path, receipts: Iterable[Receipt]) -> ReadingPolicy:
        """The policy as landed by now; tables that nobody has landed yet are empty."""
        order = {r.file_id: (r.received_date, r.seq) for r in receipts if r.source == "policy"}
        aliases = _newest_rows(landed / "policy__aliases", order)
        mappings = _newest_rows(landed / "policy__chat_mappings", order)
        names = [f.name for f in fields(ChatMapping)]
        return cls(
            {fold(row["alias"]): row["municipality_code"] for row in aliases},
            tuple(ChatMapping(**{name: row[name] or "" for name in names}) for row in mappings),
        )

    @property
    def digest(self) -> str:
        """Changes whenever files could be read differently."""
        text = json.dumps([sorted(self.aliases.items()), [asdict(m) for m in self.chat_mappings]])
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _newest_rows(folder: Path, order: dict[str, tuple[Any, int]]) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows = pq.read_table(folder).to_pylist() if folder.is_dir() else []
    if not rows:
        return []
    latest = max((row["_file_id"] for row in rows), key=order.__getitem__)
    return [row for row in rows if row["_file_id"] == latest]
