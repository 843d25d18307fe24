"""Reading Japanese text as values: dates, numbers, times, marks. Nothing is ever guessed.

Each parser returns a `Read` or raises `Unreadable`, which carries what a clerk needs to correct the cell.
"""

from pipelines.ingest.japanese.reading import Missing, Read, Unreadable, fold

__all__ = ["Missing", "Read", "Unreadable", "fold"]
