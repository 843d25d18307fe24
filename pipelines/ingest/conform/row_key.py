"""Which row a finding is about, told by the row's own key: it outlives rows inserted above and a re-sent file."""

from __future__ import annotations

from dataclasses import replace

from pipelines.ingest.conform.header import Header
from pipelines.ingest.findings import Finding
from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.pseudonyms import PseudonymKey
from pipelines.ingest.read.grid import Grid


def with_row_keys(
    findings: list[Finding], grid: Grid, header: Header, pseudonyms: PseudonymKey
) -> list[Finding]:
    """The findings with an opaque key of their row, as typed there.

    A key may name a person or a respondent, so only its pseudonym leaves. A row whose key is not
    filled in, and a finding about no row, stay without.
    """
    columns = [c.index for c in header.columns if c.field.name in header.dataset.key_fields]
    if not columns:
        return findings
    keys = _typed_keys({f.row for f in findings if f.row}, grid, columns)
    return [replace(f, row_key=pseudonyms.pseudonym(keys[f.row])) if f.row in keys else f for f in findings]


def _typed_keys(rows: set[int], grid: Grid, columns: list[int]) -> dict[int, str]:
    numbers = {n: i for i, n in enumerate(grid.row_numbers)}
    keys = {}
    for row in rows:
        index = numbers.get(row, -1) if numbers else row - grid.first_row
        if not 0 <= index < len(grid.rows):
            continue
        cells = grid.rows[index]
        parts = [fold(str(cells[c])) if c < len(cells) and cells[c] is not None else "" for c in columns]
        if all(parts):
            keys[row] = "\x1f".join(parts)
    return keys
