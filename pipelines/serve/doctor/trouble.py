"""What a check of the doctor found, and how it can be mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Trouble:
    """One thing that is not as it should be.

    Attributes:
        what: what is wrong.
        where: file or folder.
        todo: what a person does about it.
        mend: makes it again, where it can be made again.
    """

    what: str
    where: str
    todo: str
    mend: Callable[[], object] | None = None


def quiet(_name: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""
