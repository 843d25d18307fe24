"""Text inside a Word document: no control characters, and XML written by hand stays XML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from pipelines.report.spreadsheet_text import without_controls


def plain(text: str) -> str:
    """Text without the control characters that XML cannot hold; a tab and a line break are kept."""
    return without_controls(text)


def escaped(text: str) -> str:
    """The same for text that is put into XML as a string."""
    return escape(plain(text), {'"': "&quot;"})
