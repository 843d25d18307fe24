"""What the prefecture's policy sheets say about reading all other files: who takes part, other spellings, chat columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.municipalities import Municipality, use_municipalities
from pipelines.ingest.read.chat_mapping import ChatMapping


@dataclass(frozen=True)
class ReadingPolicy:
    """The newest tables received, whatever the as-of date: a file is read the same for every one.

    Attributes:
        aliases: municipality code by folded alias.
        chat_mappings: one per chat tool that needs one.
        municipalities: the programme's, in code order; empty where the prefecture has sent no register.
    """

    aliases: dict[str, str] = field(default_factory=dict)
    chat_mappings: tuple[ChatMapping, ...] = ()
    municipalities: tuple[Municipality, ...] = ()

    @classmethod
    def newest(cls, landed: Path, receipts: Iterable[Receipt]) -> ReadingPolicy:
        """The policy as landed by now; tables that nobody has landed yet are empty.

        From here on this process reads municipalities by it.
        """
        order = {r.file_id: (r.received_date, r.seq) for r in receipts if r.source == "policy"}
        aliases = _newest_rows(landed / "policy__aliases", order)
        mappings = _newest_rows(landed / "policy__chat_mappings", order)
        register = _register(_newest_rows(landed / "policy__municipalities", order))
        names = [f.name for f in fields(ChatMapping)]
        use_municipalities(register)
        return cls(
            {fold(row["alias"]): row["municipality_code"] for row in aliases},
            tuple(ChatMapping(**{name: row[name] or "" for name in names}) for row in mappings),
            register,
        )

    @property
    def digest(self) -> str:
        """Changes whenever files could be read differently."""
        read_by: list[Any] = [sorted(self.aliases.items()), [asdict(m) for m in self.chat_mappings]]
        if self.municipalities:
            read_by.append([asdict(m) for m in self.municipalities])
        text = json.dumps(read_by)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _newest_rows(folder: Path, order: dict[str, tuple[Any, int]]) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows = pq.read_table(folder).to_pylist() if folder.is_dir() else []
    if not rows:
        return []
    latest = max((row["_file_id"] for row in rows), key=order.__getitem__)
    return [row for row in rows if row["_file_id"] == latest]


def _register(rows: list[dict[str, Any]]) -> tuple[Municipality, ...]:
    """The municipalities of a received register."""
    found = []
    for row in sorted(rows, key=lambda row: str(row["municipality_code"])):
        district = row["district_name"] or ""
        found.append(
            Municipality(
                code=row["municipality_code"],
                prefecture=row["prefecture_name"],
                name=row["name"],
                kana=row["kana"] or "",
                district=district,
                long_name=row["prefecture_name"] + district + row["name"],
                bureau=row["bureau_name"] or "",
                bureau_status="verified" if row["bureau_name"] else "",
                population=row["population"],
                tile_column=row["tile_column"],
                tile_row=row["tile_row"],
            )
        )
    return tuple(found)
