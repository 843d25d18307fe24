"""What a document says of itself: a working copy of the night, or an issued edition with one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

WORKING_COPY = "作業版"


@dataclass(frozen=True)
class PreviousEdition:
    """The edition issued before, of the same fiscal year."""

    label: str
    as_of: date
    folder: Path


@dataclass(frozen=True)
class EditionTitle:
    """The edition that documents are rendered as.

    Attributes:
        label: 暫定版 第1号; it stands wherever a working copy says 作業版.
        previous: what it is compared with; None when it is the first of its fiscal year.
        earlier: every edition issued before that shows figures of this fiscal year or the one before it; what they
            have shown can be subtracted from what this one shows.
    """

    label: str
    previous: PreviousEdition | None = None
    earlier: tuple[PreviousEdition, ...] = ()
