"""LINE WORKS audit log of talks (監査ログ トーク): 日時, 送信者, 受信者, トークルームID, トーク.

Example:
    >>> from pipelines.ingest.read.delimited import read_delimited
    >>> from pipelines.ingest.read.lineworks import read_lineworks
    >>> export = read_lineworks([read_delimited(Path("talk.csv").read_bytes())], pseudonym=lambda i: "p")
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.ingest.read.chat_export import ChatExport
from pipelines.ingest.read.chat_mapping import ChatMapping, Fit, fitting
from pipelines.ingest.read.chat_table import ChatTableReader, identifier_of
from pipelines.ingest.read.grid import Grid

# The log is written in Japanese time.
LINE_WORKS = ChatMapping("LINE WORKS", "日時", "送信者", "トークルームID", text_column="トーク")
_RECEIVERS = "受信者"
_SEPARATORS = re.compile(r"[,、;\n]")


def is_lineworks(grid: Grid) -> bool:
    """Whether the grid has the headings of the log."""
    return fitting([LINE_WORKS], grid) is not None


def read_lineworks(grids: list[Grid], pseudonym: Callable[[str], str]) -> ChatExport:
    """Read the log; talks between two people are private and only counted.

    Args:
        grids: tables with the headings of the log, by `is_lineworks`.
        pseudonym: turns a mail address (the one in `名(mail)`) into a pseudonym.
    """
    fits = [(fit, grid) for grid in grids if (fit := fitting([LINE_WORKS], grid))]
    reader = ChatTableReader(pseudonym, _private_rooms(fits))
    for fit, grid in fits:
        reader.take(fit, grid)
    return reader.export()


def _private_rooms(fits: list[tuple[Fit, Grid]]) -> frozenset[str]:
    """Rooms in which, all rows together, no more than two people talk."""
    people: dict[str, set[str]] = {}
    for fit, grid in fits:
        heading = grid.rows[fit.first_index - 1]
        receivers = next((i for i, cell in enumerate(heading) if cell == _RECEIVERS), None)
        for row in grid.rows[fit.first_index :]:
            padded = [*row, *[None] * (max(fit.columns.values()) + 1 - len(row))]
            found = people.setdefault(identifier_of(padded[fit.columns["room"]]), set())
            found.add(identifier_of(padded[fit.columns["sender"]]))
            if receivers is not None and receivers < len(row) and row[receivers]:
                found |= {
                    identifier_of(part) for part in _SEPARATORS.split(str(row[receivers])) if part.strip()
                }
    return frozenset(room for room, found in people.items() if len(found) <= 2)
