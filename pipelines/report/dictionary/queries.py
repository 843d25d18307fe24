"""Queries that are kept: the questions the officer asks most, each a file with its title and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class Query:
    """A kept query.

    Attributes:
        name: the file's name without its number.
        number: its place in the list, from 1.
        title: the question in a few words.
        note: what the answer counts, and what it does not.
        text: the SQL, runnable in any client on the released file.
    """

    name: str
    number: int
    title: str
    note: str
    text: str


@cache
def kept_queries() -> tuple[Query, ...]:
    """Every kept query in the order of the files."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.sql")))


def kept_query(called: str) -> Query | None:
    """The query of that name, number or title; None when there is none."""
    wanted = called.strip()
    return next((q for q in kept_queries() if wanted in (q.name, q.title, str(q.number))), None)


def _read(path: Path) -> Query:
    number, _, name = path.stem.partition("_")
    title, note, *rest = path.read_text(encoding="utf-8").splitlines()
    return Query(name, int(number), title.removeprefix("-- "), note.removeprefix("-- "), "\n".join(rest))
