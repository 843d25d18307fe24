"""What editions issued before have shown already: nobody can take it back, and anybody can subtract it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.model.rows import quoted
from pipelines.report.disclosure.cells import Key, SurveyCell, cells_of
from pipelines.report.disclosure.protection import Answers

if TYPE_CHECKING:
    from pipelines.report.edition import PreviousEdition

RECORD = "disclosure.json"
_ROWS = """
select distinct e.kpi_id, e.fiscal_year, e.municipality_code, b.dataset, e.field, e.file_id, e.sheet, e.row
from mart_kpi_evidence e
inner join (select distinct file_id, sheet, dataset, field from bindings) b
    on b.file_id = e.file_id and b.sheet = e.sheet and b.field = e.field
where list_contains(?, e.kpi_id) and list_contains(?, e.fiscal_year) and e.municipality_code is not null
"""


@dataclass(frozen=True)
class Shown:
    """An edition's figures that rest on answers.

    Attributes:
        label: of the edition.
        cells: every figure, shown or not.
        keys: those that were shown.
        secret: those that stood there as suppressed.
        answers: who answered what, by figure.
        is_readable: False for an edition of a program that did not record how many people answered.
    """

    label: str
    cells: Mapping[Key, SurveyCell] = field(default_factory=dict)
    keys: frozenset[Key] = frozenset()
    secret: frozenset[Key] = frozenset()
    answers: Mapping[Key, Answers] = field(default_factory=dict)
    is_readable: bool = True


def shown_by(edition: PreviousEdition, kpis: frozenset[str], fiscal_years: tuple[int, ...]) -> Shown:
    """Read an edition's own folder: its warehouse, and the record of what it suppressed.

    An edition without that record is of a program that showed every figure of the prefecture and none of a municipality.
    """
    try:
        with duckdb.connect(str(edition.folder / "warehouse.duckdb"), read_only=True) as con:
            bindings = quoted(edition.folder / "control" / "bindings.parquet")
            con.execute(f"create temp view bindings as select * from read_parquet('{bindings}')")
            cells = cells_of(con, kpis, fiscal_years)
            answers = answers_of(con, kpis, fiscal_years) if cells else {}
    except (duckdb.Error, OSError):
        return Shown(edition.label, is_readable=False)
    record = recorded(edition.folder)
    if record is None:
        keys = frozenset(key for key in cells if key.municipality_code is None)
        return Shown(edition.label, cells, keys, answers=answers)
    keys = frozenset(key for key, is_shown in record.items() if is_shown)
    return Shown(edition.label, cells, keys, frozenset(record) - keys, answers)


def recorded(folder: Path) -> dict[Key, bool] | None:
    """Whether an edition showed each figure that it had a place for; None for an edition without such a record."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return {
        Key(*(cell[name] for name in Key._fields)): cell["is_shown"]
        for cell in record["cells"]
        if cell["is_printed"]
    }


def answers_of(
    con: duckdb.DuckDBPyConnection, kpis: frozenset[str], fiscal_years: tuple[int, ...]
) -> dict[Key, Answers]:
    """Who answered what, by figure: the person's key in the survey, the question, and the answer as it stands.

    A file that is sent again is another file, but the same people; so the rows are compared, not the files.
    """
    rows = con.execute(_ROWS, [sorted(kpis), list(fiscal_years)]).fetchall()
    given = {dataset: _given(con, dataset) for dataset in sorted({row[3] for row in rows})}
    found: dict[Key, set[tuple[object, ...]]] = defaultdict(set)
    for kpi_id, fiscal_year, code, dataset, name, *place in rows:
        person, values = given[dataset].get(tuple(place), (None, {}))
        if person is not None and values.get(name) is not None:
            answer = (person, name, str(values[name]))
            found[Key(kpi_id, fiscal_year, code)].add(answer)
            found[Key(kpi_id, fiscal_year, None)].add(answer)
    return {key: frozenset(answers) for key, answers in found.items()}


def _given(
    con: duckdb.DuckDBPyConnection, dataset: str
) -> dict[tuple[object, ...], tuple[object, dict[str, object]]]:
    """The answers of a survey by file, sheet and row."""
    from pipelines.ingest.contracts import all_datasets

    cursor = con.execute(f'select * from staging."stg_{dataset}"')
    names = [column[0] for column in cursor.description or []]
    people = all_datasets()[dataset].key_fields
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(row["file_id"], row["sheet"], row["row"]): (repr([row[k] for k in people]), row) for row in rows}
