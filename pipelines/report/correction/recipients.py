"""Who a finding goes to, and what the folders and copies of a recipient are called."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.municipalities import NOT_IN_NAMES
from pipelines.report.correction.wording import Row

PREFECTURE = "県の資料"
UNKNOWN = "団体の定まらない資料"
SEVERAL = "複数の団体の資料"
_LONGEST_BYTES = 180


def recipient(finding: Row) -> str:
    """Folder of the recipient whose list names the finding: a municipality, or the prefecture itself."""
    code = finding["municipality_code"]
    if code:
        return f"{code}_{finding['municipality_name']}"
    return PREFECTURE if finding["source"] in _prefectures_own() else UNKNOWN


def file_owner(findings: Iterable[Row], municipalities: Iterable[str]) -> str:
    """Folder in which the copy of a file goes.

    A copy shows everything in the file, so that of a file about several municipalities goes to none
    of them.

    Args:
        findings: all findings of the file.
        municipalities: codes of those whose rows the file holds.
    """
    owners = {recipient(f): f["municipality_code"] for f in findings}
    codes = {code for code in owners.values() if code} | set(municipalities)
    if len(codes) > 1:
        return SEVERAL
    named = [owner for owner, code in owners.items() if code]
    return named[0] if named else next(iter(owners))


def municipality_of(dataset: str, submission_key: str) -> str:
    """The municipality that a submission key names, or ''."""
    source = dataset.partition("__")[0]
    contract = load_contracts().get(source)
    found = contract.datasets.get(dataset) if contract else None
    if found is None or "municipality_code" not in found.submission_key:
        return ""
    parts = submission_key.split("/")
    position = found.submission_key.index("municipality_code")
    return parts[position] if position < len(parts) else ""


def copy_name(received: str, file_name: str, taken: set[str]) -> str:
    """A name for the copy: the day of receipt and the file's own name, safe in every file system and link."""
    flat = "".join("_" if c in NOT_IN_NAMES or ord(c) < 32 else c for c in file_name)
    stem = flat.rpartition(".")[0] or flat
    stem = os.fsencode(stem)[:_LONGEST_BYTES].decode("utf-8", "ignore").rstrip(". ")
    name, number = f"{received}_{stem}.xlsx", 2
    while name.lower() in {t.lower() for t in taken}:
        name, number = f"{received}_{stem}_{number}.xlsx", number + 1
    return name


@cache
def _prefectures_own() -> frozenset[str]:
    """Sources of which no dataset is sent by a municipality."""
    return frozenset(
        source
        for source, contract in load_contracts().items()
        if not any("municipality_code" in d.submission_key for d in contract.datasets.values())
    )
