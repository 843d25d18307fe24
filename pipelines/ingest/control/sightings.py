"""Which policy files were first seen after outcomes had been seen, whatever the dates of their folders say.

A folder can be dated back, the day of first sight cannot: it stands in the chained ledger. Only days that
can tell a late file from an early one are kept. Files that all came on one day leave nothing here, so that
the same files give the same release on whatever day they are read for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipelines.ingest.ledger import Receipt

PLANS, OUTCOMES = "policy", "assessment"
COLUMNS = "file_id varchar, source varchar, seen_date date"


def late_sightings(receipts: Iterable[Receipt]) -> list[dict[str, str | date]]:
    """First sight of policy files seen after some outcome, and of outcomes seen before some policy file."""
    first: dict[tuple[str, str], date] = {}
    for receipt in receipts:
        if receipt.source in (PLANS, OUTCOMES):
            key = receipt.source, receipt.file_id
            first[key] = min(first.get(key, receipt.sight), receipt.sight)
    plans = [day for (source, _), day in first.items() if source == PLANS]
    outcomes = [day for (source, _), day in first.items() if source == OUTCOMES]
    if not plans or not outcomes:
        return []
    earliest, latest = min(outcomes), max(plans)
    return [
        {"file_id": file_id, "source": source, "seen_date": day}
        for (source, file_id), day in sorted(first.items())
        if (day > earliest if source == PLANS else day < latest)
    ]
