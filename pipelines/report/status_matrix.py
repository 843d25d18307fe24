"""The matrix of submissions: municipality by form and period, in tables narrow enough for paper."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from pipelines.model.rows import Row

MATRIX_COLUMNS = 22


def matrices(rows: list[Row]) -> list[dict[str, Any]]:
    """Municipality × (form, period), split into tables narrow enough for A4."""
    columns = sorted(
        {(r["dataset"], r["dataset_label"], str(r["due_date"] or ""), r["period"]) for r in rows}
    )
    states = {(r["municipality_code"], r["dataset"], r["period"]): r for r in rows}
    names = sorted({(r["municipality_code"], r["municipality_name"]) for r in rows})
    tables = []
    for chosen in _chunks(columns):
        groups = Counter((dataset, form) for dataset, form, _, _ in chosen)
        cells = [
            (name, [states.get((code, dataset, period)) for dataset, _, _, period in chosen])
            for code, name in names
        ]
        tables.append(
            {
                "groups": [(form, count) for (_, form), count in groups.items()],
                "periods": [_period(period) for _, _, _, period in chosen],
                "starts": [i == 0 or chosen[i - 1][0] != c[0] for i, c in enumerate(chosen)],
                "rows": [(name, found) for name, found in cells if any(found)],
            }
        )
    return tables


def _chunks(columns: list[tuple[str, str, str, str]]) -> list[list[tuple[str, str, str, str]]]:
    """Whole forms together, as many as fit on a page."""
    by_form: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for column in columns:
        by_form[column[0]].append(column)
    chunks: list[list[tuple[str, str, str, str]]] = []
    for group in by_form.values():
        if chunks and len(chunks[-1]) + len(group) <= MATRIX_COLUMNS:
            chunks[-1].extend(group)
        else:
            chunks.append(list(group))
    return chunks


def _period(text: str) -> str:
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:-01)?", text)
    return f"{int(match[2])}月" if match else text
