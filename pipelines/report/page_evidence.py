"""The rows behind a figure in the order in which one looks them up: by role, file and cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from pipelines.report.document import EvidenceRow
from pipelines.report.evidence_rows import ROLE_LABELS

Files = list[tuple[str, list[EvidenceRow]]]


def by_role(rows: Iterable[EvidenceRow]) -> list[tuple[str, Files]]:
    """Roles, in each the files, in each the rows by sheet and cell."""
    ordered = sorted(rows, key=_place)
    return [
        (role, [(path, list(found)) for path, found in groupby(of_role, key=lambda row: row.path)])
        for role, of_role in groupby(ordered, key=lambda row: row.role)
    ]


def by_role_and_file(rows: Iterable[EvidenceRow]) -> list[tuple[str, str, list[EvidenceRow]]]:
    """The same in one list."""
    return [(role, path, found) for role, files in by_role(rows) for path, found in files]


def _place(row: EvidenceRow) -> tuple[int, str, str, int, int, str]:
    letters, number = re.match(r"([A-Z]*)(\d*)", row.cell).groups()  # type: ignore[union-attr]
    role = ROLE_LABELS.index(row.role)
    return role, row.path, row.sheet, int(number or 0), len(letters), letters
