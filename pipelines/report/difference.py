"""What differs between an issued edition and the one before: figures, stages, verdicts, and the files behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import KyosoError
from pipelines.model.kpi_change import changes
from pipelines.model.previous import ISSUED, Basis
from pipelines.model.rows import Row, quoted, rows_of
from pipelines.report.edition import PreviousEdition

_STAGES = """
select coalesce(n.municipality_code, p.municipality_code) as municipality_code, m.name, p.stage as before_stage,
    n.stage as after_stage, p.is_to_confirm as before_to_confirm, n.is_to_confirm as after_to_confirm
from (select * from released.mart_stage where fiscal_year = $year) n
full join (select * from previous.mart_stage where fiscal_year = $year) p on p.municipality_code = n.municipality_code
left join released.dim_municipality m on m.municipality_code = coalesce(n.municipality_code, p.municipality_code)
where n.stage is distinct from p.stage or n.is_to_confirm is distinct from p.is_to_confirm
order by 1
"""
_EFFECTS = """
select coalesce(n.plan_id, p.plan_id) as plan_id, coalesce(n.analysis_id, p.analysis_id) as id,
    coalesce(n.role, p.role) as role, p.verdict as before_verdict, n.verdict as after_verdict,
    p.estimate as before_estimate, n.estimate as after_estimate,
    p.registration_ja as before_registration, n.registration_ja as after_registration
from (select * from released.mart_effect where fiscal_year = $year) n
full join (select * from previous.mart_effect where fiscal_year = $year) p
    on p.plan_id = n.plan_id and p.analysis_id = n.analysis_id
where n.verdict is distinct from p.verdict or n.estimate is distinct from p.estimate
    or n.registration_ja is distinct from p.registration_ja
order by 1, 2
"""
_CRITERIA = """
select coalesce(n.criterion_id, p.criterion_id) as id, coalesce(n.kpi_id, p.kpi_id) as kpi_id,
    p.verdict as before_verdict, n.verdict as after_verdict
from (select * from released.mart_decision where fiscal_year = $year) n
full join (select * from previous.mart_decision where fiscal_year = $year) p on p.criterion_id = n.criterion_id
where n.verdict is distinct from p.verdict
order by 1
"""


@dataclass(frozen=True)
class ChangedFile:
    """A file behind changed figures of the prefecture: it came in, or what it said no longer counts."""

    path: str
    is_new: bool
    kpi_ids: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """Everything that differs from the edition before.

    Attributes:
        kpis: changed figures of the prefecture in the reported year that both editions may show.
        others: how many such figures of municipalities and of other years changed besides.
        files: the files behind the changed figures of the prefecture.
        stages: municipalities whose stage, or its being confirmed, changed.
        effects: analyses whose estimate, verdict or registration changed.
        criteria: criteria for the next year whose verdict changed.
        is_comparable: False where the edition before was made by a program that kept other tables.
    """

    previous: PreviousEdition
    kpis: tuple[Row, ...] = ()
    others: int = 0
    files: tuple[ChangedFile, ...] = ()
    stages: tuple[Row, ...] = ()
    effects: tuple[Row, ...] = ()
    criteria: tuple[Row, ...] = ()
    is_comparable: bool = True

    @property
    def verdict_count(self) -> int:
        """Analyses and criteria that are now judged otherwise."""
        judged = [*self.effects, *self.criteria]
        return sum(row["before_verdict"] != row["after_verdict"] for row in judged)


def difference(
    previous: PreviousEdition,
    release: Path,
    fiscal_year: int,
    may_show: Callable[[str, int, str | None], bool],
) -> Difference:
    """Compare a release with the edition issued before; years lie between them, and perhaps another program.

    Args:
        previous: the edition.
        release: the release.
        fiscal_year: the reported year.
        may_show: whether a figure's change may be known, by KPI, fiscal year and municipality.
    """
    try:
        return _difference(previous, release, fiscal_year, may_show)
    except (KyosoError, duckdb.Error):
        return Difference(previous, is_comparable=False)


def _difference(
    previous: PreviousEdition,
    release: Path,
    fiscal_year: int,
    may_show: Callable[[str, int, str | None], bool],
) -> Difference:
    rows = [
        r
        for r in changes(Basis(ISSUED, previous.folder, previous.label), release)
        if may_show(r["kpi_id"], r["fiscal_year"], r["municipality_code"])
    ]
    kpis = [r for r in rows if r["municipality_code"] is None and r["fiscal_year"] == fiscal_year]
    with duckdb.connect() as con:
        for name, folder in (("previous", previous.folder), ("released", release)):
            con.execute(f"attach '{quoted(folder / 'warehouse.duckdb')}' as {name} (read_only)")
        return Difference(
            previous,
            tuple(kpis),
            len(rows) - len(kpis),
            tuple(_files(kpis, _paths(con, release) | _paths(con, previous.folder))),
            tuple(_rows(con, _STAGES, fiscal_year, "mart_stage")),
            tuple(_rows(con, _EFFECTS, fiscal_year, "mart_effect")),
            tuple(
                r
                for r in _rows(con, _CRITERIA, fiscal_year, "mart_decision")
                if r["kpi_id"] is None or may_show(r["kpi_id"], fiscal_year, None)
            ),
        )


def _rows(con: duckdb.DuckDBPyConnection, query: str, fiscal_year: int, mart: str) -> list[Row]:
    """What differs in a mart; an edition of an older program may not have had it."""
    kept = con.execute("select count(*) from duckdb_tables() where table_name = $1", [mart]).fetchone()
    if kept != (2,):
        return []
    return rows_of(con.execute(query, {"year": fiscal_year}))


def _paths(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, str]:
    files = quoted(folder / "control" / "files.parquet")
    return dict(
        con.execute(
            f"select file_id, min(path) from read_parquet('{files}') where file_id is not null group by 1"
        ).fetchall()
    )


def _files(kpis: list[Row], paths: dict[str, str]) -> list[ChangedFile]:
    found: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for row in kpis:
        for file_id in row["file_ids"] or ():
            path = paths[file_id]
            is_new = f"、{path}、" in f"、{row['files_in']}、"
            found[path, is_new].append(row["kpi_id"])
    return [ChangedFile(path, is_new, tuple(ids)) for (path, is_new), ids in sorted(found.items())]
