"""Names that others rely on: the released tables' columns, and how a name may go.

`dbt_project/released_columns.csv` lists every column that analysts were ever given. One that is not there any
more, or has another type, breaks somebody's query: it may go only after it has been marked as deprecated and
the version named there has come. `python -m pipelines.model.released_columns` adds what is new and copies the
marks; `--check` only looks.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from pipelines.model.dbt import PROJECT
from pipelines.settings import CHECKOUT

LIST = PROJECT / "released_columns.csv"


@dataclass(frozen=True)
class Released:
    """A column as it was given to analysts, and when it may go ('' while nobody wants it to)."""

    table: str
    column: str
    data_type: str
    deprecated_since: str = ""
    replaced_by: str = ""
    removed_not_before: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What it is called in a query."""
        return self.table, self.column


def described(project: Path = PROJECT) -> list[Released]:
    """The columns as the marts' YAML describes them now."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = []
    for path in sorted((project / "models" / "marts").rglob("*.yml")):
        if not path.name.startswith("_unit_tests"):
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
            for model in document.get("models") or ():
                found += [_described(model["name"], column) for column in model["columns"]]
    return sorted(found, key=lambda c: c.table)


def listed(path: Path = LIST) -> list[Released]:
    """The columns as they were released."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Released(**row) for row in csv.DictReader(file)]


def broken(before: Iterable[Released], now: Iterable[Released], version: str) -> list[str]:
    """What would break a query that worked, in words for who changed it.

    Args:
        before: the columns as they were released.
        now: the columns as they are described.
        version: of the program that is about to be released.
    """
    left = {column.key: column for column in now}
    problems = []
    for old in before:
        new = left.get(old.key)
        name = f"{old.table}.{old.column}"
        if new is not None and new.data_type == old.data_type:
            continue
        what = (
            f"{name}の型が{old.data_type}から{new.data_type}に変わりました"
            if new
            else f"{name}がなくなりました"
        )
        if not old.removed_not_before:
            problems.append(
                f"{what}。元に戻し、列の meta に deprecated(since・replaced_by・removed_not_before)を書いてください。"
            )
        elif _numbers(version) < _numbers(old.removed_not_before):
            problems.append(f"{what}。版{old.removed_not_before}より前には変えられません(いまは{version})。")
    return problems


def renewed(before: Iterable[Released], now: Iterable[Released]) -> list[Released]:
    """The list with what is new; what has gone is left out, which `broken` must have allowed."""
    order = {column.key: i for i, column in enumerate(before)}
    return sorted(now, key=lambda c: (c.table, order.get(c.key, len(order))))


def version() -> str:
    """The version in pyproject.toml."""
    found = re.search(
        r'^version = "([\d.]+)"', (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found is not None
    return found[1]


def write(columns: Iterable[Released], path: Path = LIST) -> None:
    """Write the list."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f.name for f in fields(Released)])
        writer.writerows(astuple(column) for column in columns)


def _described(table: str, column: Mapping[str, Any]) -> Released:
    mark = (column.get("config") or {}).get("meta", {}).get("deprecated")
    plain = Released(table, column["name"], column["data_type"].replace(", ", ","))
    if not mark:
        return plain
    return replace(
        plain,
        deprecated_since=str(mark["since"]),
        replaced_by=str(mark["replaced_by"]),
        removed_not_before=str(mark["removed_not_before"]),
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def main(arguments: list[str]) -> int:
    """Renew the list, or with `--check` say what is missing in it. Exit code 1 when something would break."""
    before, now = (listed() if LIST.exists() else []), described()
    problems = broken(before, now, version())
    wanted = renewed(before, now)
    if "--check" in arguments and not problems and wanted != before:
        problems = ["released_columns.csv に、新しい列か印がありません。`make columns` で加えてください。"]
    for problem in problems:
        print(problem)  # noqa: T201
    if problems:
        return 1
    if "--check" not in arguments:
        write(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
