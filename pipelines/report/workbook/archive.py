"""The same workbook as the same bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.report.fixed_times import with_fixed_times

if TYPE_CHECKING:
    from openpyxl import Workbook


def save_reproducibly(book: Workbook, path: Path) -> None:
    """Save with fixed times, whoever saves and whenever."""
    path.write_bytes(reproducible_bytes(book))


def reproducible_bytes(book: Workbook) -> bytes:
    """The workbook's file with fixed times."""
    buffer = io.BytesIO()
    book.save(buffer)
    return with_fixed_times(buffer.getvalue())
