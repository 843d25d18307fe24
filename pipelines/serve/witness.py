"""What releases and editions remember of the ledger of receipts, so that lines cut off its end are missed.

It lies beside the manifest and not in it: the ledger may hold more than the receipts that a release counts,
and two homes with the same files may have received them in another order.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.ingest.ledger import Ledger
from pipelines.settings import Settings

WITNESS = "ledger.json"


def write_witness(folder: Path, ledger: Ledger) -> Path:
    """Write down how many lines there are now, and the hash of the last."""
    path = folder / WITNESS
    body = {"receipts": ledger.line_count, "head": ledger.head}
    path.write_text(json.dumps(body, sort_keys=True) + "\n", encoding="utf-8")
    return path


def check_ledger(settings: Settings, ledger: Ledger) -> None:
    """Ask every release and edition whether its receipts are still there.

    Raises:
        KyosoError: some are not.
    """
    for kept, name in ((settings.releases, "公開版"), (settings.issued, "発行した版")):
        for path in sorted(kept.glob(f"*/{WITNESS}")):
            body = json.loads(path.read_text(encoding="utf-8"))
            ledger.need(int(body["receipts"]), str(body["head"]), f"{name} {path.parent.name} ")
