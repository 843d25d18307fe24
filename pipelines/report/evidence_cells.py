"""The cells behind a figure as the release knows them: address by the bindings, text as typed by the landed row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.ingest.contracts import PERSONAL, Dataset, all_datasets

if TYPE_CHECKING:
    import duckdb

ROLES = {
    "numerator": "分子",
    "denominator": "分母",
    "population": "調べた対象",
    "criterion": "判定に使った行",
    "plan": "分析計画",
    "baseline": "基準時の評点",
    "outcome": "成果の評点",
}
CHAT = "chat_activity"
_ROWS = """
with addressed as (
    select e.role, e.file_id, f.path, f.received_date, f.source, coalesce(e.sheet, '') as sheet, e.row, e.field
    from ({evidence}) e
    inner join (
        select file_id, min(path) as path, arg_min(received_date, path) as received_date, arg_min(source, path) as source
        from files group by file_id
    ) f on f.file_id = e.file_id
),
numbered as (
    select *, row_number() over (partition by role order by path, sheet, row, field) as position from addressed
)
select * exclude (position) from numbered
where ? is null or position <= ?
order by list_position(?, role), position
"""
# The table a row belongs to is the last one that begins above it; side by side there may be two.
_BINDINGS = """
with nearest as (
    select w.file_id, w.sheet, w.row, b.dataset, max(b.header_row) as header_row
    from (select distinct file_id, sheet, row from wanted) w
    inner join bindings b on b.file_id = w.file_id and coalesce(b.sheet, '') = w.sheet and b.header_row < w.row
    group by all
)
select w.file_id, w.sheet, w.row, w.field, n.dataset,
    list(distinct coalesce(nullif(b.preamble_cell, ''), b.cell_column || w.row)) as cells
from wanted w
inner join nearest n on n.file_id = w.file_id and n.sheet = w.sheet and n.row = w.row
inner join bindings b on b.file_id = n.file_id and coalesce(b.sheet, '') = n.sheet and b.header_row = n.header_row
    and b.dataset = n.dataset and b.field = w.field
group by all
"""
Address = tuple[str, str, int]
# What a piece of evidence names: file_id, sheet, row and field.
Place = tuple[str, str, int, str]
# A query of role, file_id, sheet, row and field, and what to ask it.
Asked = tuple[str, tuple[object, ...]]
KPI_CELLS = (
    "select role, file_id, sheet, row, field from mart_kpi_evidence "
    "where kpi_id = ? and fiscal_year = ? and municipality_code is not distinct from ?"
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the release knows of one place.

    Attributes:
        cell: its address, such as C12; empty where this form has no such column, and in chats.
        text: as typed there; empty for an empty cell, and always for what is masked.
        classification: organisation, respondent or personal.
        landed: the value that was read from it and its text, to be compared and never shown where masked.
    """

    dataset: str
    label: str
    cell: str
    text: str
    classification: str
    landed: tuple[str, str]

    @property
    def is_masked(self) -> bool:
        """Whether people wrote it: the text may be shown only to its own sender, a document shows the place alone."""
        return self.classification != "organisation"

    @property
    def is_personal(self) -> bool:
        """Whether the text is never shown."""
        return self.classification == PERSONAL


@dataclass(frozen=True, kw_only=True)
class EvidenceCell(Found):
    """One cell behind a figure.

    Attributes:
        role: numerator, denominator, population or criterion; of an analysis plan, baseline or outcome.
        path: where the file lay when it was received, relative to `raw`.
    """

    role: str
    file_id: str
    path: str
    received_date: date
    source: str
    sheet: str
    row: int
    field: str


def kpi_cells(kpi_id: str, year: int, code: str | None) -> Asked:
    """Which evidence a figure has."""
    return KPI_CELLS, (kpi_id, year, code)


def cells_of(con: duckdb.DuckDBPyConnection, asked: Asked, limit: int | None) -> list[EvidenceCell]:
    """The cells behind a figure or a statement, by role, file, sheet and row; at most `limit` of each role."""
    evidence, parameters = asked
    query = _ROWS.format(evidence=evidence)
    rows = con.execute(query, [*parameters, limit, limit, list(ROLES)]).fetchall()
    found = look_up(con, {(row[1], *row[5:8]) for row in rows})
    cells = []
    for role, file_id, path, received, source, sheet, row, field in rows:
        cells.append(
            EvidenceCell(
                **vars(found[file_id, sheet, row, field]),
                role=role,
                file_id=file_id,
                path=path,
                received_date=received,
                source=source,
                sheet=sheet,
                row=row,
                field=field,
            )
        )
    return cells


def look_up(con: duckdb.DuckDBPyConnection, places: Collection[Place]) -> dict[Place, Found]:
    """The cell of each place and what was typed there.

    Args:
        con: a connection in which the release's staging schema and its control tables are found by their names.
        places: what evidence names, with an empty sheet where the file has none.
    """
    columns: list[list[Any]] = [list(part) for part in zip(*sorted(places), strict=True)] or [[], [], [], []]
    con.execute(
        "create or replace temp table wanted (file_id varchar, sheet varchar, row bigint, field varchar)"
    )
    con.execute(
        "insert into wanted select unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[])",
        columns,
    )
    landed = _landed(con)
    cells: dict[tuple[Place, str], list[str]] = {
        ((file_id, sheet, row, field), dataset): found
        for file_id, sheet, row, field, dataset, found in con.execute(_BINDINGS).fetchall()
    }
    return {place: _found(place, landed[place[:3]], cells) for place in places}


def _landed(con: duckdb.DuckDBPyConnection) -> Mapping[Address, list[tuple[str, dict[str, Any]]]]:
    """Every wanted row with its dataset: a row of a sheet with two tables side by side has two."""
    found: dict[Address, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    names = con.execute(
        "select distinct dataset from submissions semi join wanted using (file_id) order by dataset"
    ).fetchall()
    for (name,) in names:
        cursor = con.execute(
            f"select t.*, coalesce(t.sheet, '') as _sheet from staging.stg_{name} t semi join wanted w "
            "on w.file_id = t.file_id and w.sheet = coalesce(t.sheet, '') and w.row = t.row"
        )
        columns = [column[0] for column in cursor.description or []]
        for values in cursor.fetchall():
            row = dict(zip(columns, values, strict=True))
            found[row["file_id"], row["_sheet"], row["row"]].append((name, row))
    return found


def _found(
    place: Place,
    landed: Iterable[tuple[str, dict[str, Any]]],
    cells: Mapping[tuple[Place, str], list[str]],
) -> Found:
    field = place[-1]
    name, values = next(((name, values) for name, values in landed if field in values), ("", {}))
    classification, label = _about(all_datasets().get(name), field)
    value = landed_value(field, values)
    text = (value[1] or value[0]) if classification == "organisation" else ""
    return Found(
        dataset=name,
        label=label,
        cell="・".join(sorted(cells.get((place, name), []))),
        text=_chat_day(values) if name.startswith(CHAT) else text,
        classification=classification,
        landed=("", "") if classification == PERSONAL else value,
    )


def _about(dataset: Dataset | None, field: str) -> tuple[str, str]:
    for known in dataset.fields if dataset else ():
        if known.name == field:
            return known.classification, known.label
    return "organisation", field


def _chat_day(row: Mapping[str, Any]) -> str:
    """Of a chat nothing is shown but the day."""
    posted = row.get("posted_at")
    return posted.date().isoformat() if isinstance(posted, datetime) else ""


def landed_value(field: str, row: Mapping[str, Any]) -> tuple[str, str]:
    """The value of a field in plain text, and the text as typed where the landed row keeps it."""
    typed = row.get("typed") or row.get("_typed")
    return plain(row.get(field)), str(json.loads(typed).get(field, "")) if typed else ""


def plain(value: object) -> str:
    """A value as one reads it: numbers without trailing zeros, days as 2026-06-01."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
