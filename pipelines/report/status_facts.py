"""What a status page says about the files: read from the candidate and the control tables.

Every part may be missing: a run that failed early has no candidate, or not even control tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.model.previous import ISSUED
from pipelines.model.rows import Row, quoted, rows_of
from pipelines.report.correction.recipients import municipality_of
from pipelines.report.correction.wording import is_asked

# As printed in the matrix, worst first: what an officer has to act on stands out.
STATES = ("未提出", "全行保留", "遅延受領", "訂正受領", "受領", "期限前")
DUE_STATES = tuple(state for state in STATES if state != "期限前")

# Received files are compared by the control tables alone: the same night says the same, whatever
# an earlier status said.
_FINDINGS = """
select f.finding_id, f.severity, f.municipality_code, coalesce(m.name, '') as municipality_name, f.source,
    f.dataset, f.path, f.sheet, f.cell, f.field_label, f.typed_text, f.rule, f.message, f.expected,
    f.example, f.suggestion, s.state, f.file_id, f.received_date, f."row", coalesce(r.path, '') as resolved_by_path
from findings f
join finding_states s using (finding_id)
left join municipalities m on m.municipality_code = f.municipality_code
left join (select file_id, min(path) as path from files group by 1) r on r.file_id = s.resolved_by
where s.state {states}
order by case f.severity when 'error' then 0 when 'warning' then 1 else 2 end,
    f.municipality_code nulls first, f.path, f.sheet nulls first, f."row" nulls first, f.finding_id
"""

_MUNICIPALITIES = "select distinct file_id, dataset, submission_key from submissions order by all"

_RECONCILIATION = """
with rows_of_file as (
    select file_id, sum(rows_in) as rows_in, sum(rows_landed) as rows_landed,
        sum(rows_set_aside) as rows_set_aside
    from reconciliation group by 1
)
select f.source, count(*) as files, count(*) filter (where f.status = 'refused') as refused,
    coalesce(sum(r.rows_in), 0) as rows_in, coalesce(sum(r.rows_landed), 0) as rows_landed,
    coalesce(sum(r.rows_set_aside), 0) as rows_set_aside
from files f left join rows_of_file r on r.file_id = f.file_id
group by 1 order by 1
"""

# Files of which something is amiss come first; the page shows those, the CSV all.
_FILES = """
with rows_of_file as (
    select file_id, source, sum(rows_in) as rows_in, sum(rows_landed) as rows_landed,
        sum(rows_set_aside) as rows_set_aside
    from reconciliation group by 1, 2
)
select f.source, f.path, f.received_date, f.status, coalesce(r.rows_in, 0) as rows_in,
    coalesce(r.rows_landed, 0) as rows_landed, coalesce(r.rows_set_aside, 0) as rows_set_aside,
    coalesce(r.rows_in = r.rows_landed + r.rows_set_aside, true) as is_reconciled,
    f.status <> 'landed' or coalesce(r.rows_set_aside, 0) > 0
        or not coalesce(r.rows_in = r.rows_landed + r.rows_set_aside, true) as is_exception
from files f left join rows_of_file r on r.file_id = f.file_id and r.source = f.source
order by is_exception desc, is_reconciled, f.received_date desc, f.path
"""

_SUBMISSIONS = """
select s.dataset, s.dataset_label, s.period, s.due_date, s.municipality_code,
    coalesce(s.municipality_name, '県') as municipality_name, s.state, s.received_date, s.revision
from candidate.mart_submission s
order by s.dataset, s.due_date, s.period, s.municipality_code nulls first
"""

# What a night changes may be what one person answered: figures of people's answers are left to the report.
_OF_PEOPLE = (
    "insert into of_people select kpi_id from candidate.kpi_definitions where answered_by = 'respondents'"
)
_KPI_CHANGES = """
select n.kpi_id, n.name_ja, n.unit, p.value as before_value, n.value as after_value,
    p.status as before_status, n.status as after_status, n.reason
from candidate.mart_kpi n
full join previous.mart_kpi p on p.kpi_id = n.kpi_id and p.fiscal_year = n.fiscal_year
    and p.municipality_code is not distinct from n.municipality_code
where coalesce(n.fiscal_year, p.fiscal_year) = ? and coalesce(n.municipality_code, p.municipality_code) is null
    and (n.value is distinct from p.value or n.status is distinct from p.status)
    and coalesce(n.kpi_id, p.kpi_id) not in (select kpi_id from of_people)
order by coalesce(n.kpi_id, p.kpi_id)
"""

_ISSUED_CHANGES = """
select kpi_id, name_ja, unit, before_value, after_value, cause, file_count, coalesce(files_in, files_out) as files
from candidate.mart_kpi_change
where compared_with = ? and fiscal_year = ? and municipality_code is null
    and kpi_id not in (select kpi_id from of_people)
order by kpi_id
"""


@dataclass(frozen=True)
class Facts:
    """Everything the page shows that is not about the run itself; a part that is None was not made.

    Attributes:
        edition: name of the edition issued last, if the candidate was compared with one.
        edition_changes: figures of the prefecture that differ from it.
    """

    findings: list[Row]
    reconciliation: list[Row] | None = None
    files: tuple[Row, ...] = ()
    submissions: list[Row] | None = None
    kpi_changes: list[Row] | None = None
    edition: str | None = None
    edition_changes: tuple[Row, ...] = ()
    resolved: tuple[Row, ...] = ()
    municipalities: Mapping[str, frozenset[str]] = field(default_factory=dict)
    has_control: bool = False

    @property
    def finding_counts(self) -> dict[str, int]:
        """Open findings by severity and by state, and those that re-sent files have resolved."""
        by_severity = Counter(finding["severity"] for finding in self.findings)
        asked = Counter(finding["state"] for finding in self.findings if is_asked(finding))
        return {
            "error": by_severity["error"],
            "warning": by_severity["warning"],
            "info": by_severity["info"],
            "new": asked["new"],
            "unresolved": asked["unresolved"],
            "resolved": sum(map(is_asked, self.resolved)),
        }

    @property
    def submission_counts(self) -> dict[str, int]:
        """Submissions by state; empty when the candidate was not built."""
        found = Counter(row["state"] for row in self.submissions or ())
        return {state: found[state] for state in STATES if found[state]}

    @property
    def row_counts(self) -> dict[str, int]:
        """Files and rows of all sources together."""
        names = ("files", "refused", "rows_in", "rows_landed", "rows_set_aside")
        return {name: sum(int(row[name]) for row in self.reconciliation or ()) for name in names}


def gather(warehouse: Path | None, control: Path | None, previous: Path | None) -> Facts:
    """Read what there is."""
    with duckdb.connect() as con:
        tables = _views(con, control)
        has_findings = {"findings", "finding_states"} <= tables
        findings = _rows(con, _FINDINGS.format(states="<> 'resolved'")) if has_findings else []
        resolved = _rows(con, _FINDINGS.format(states="= 'resolved'")) if has_findings else []
        candidate = _attach(con, warehouse, "candidate")
        con.execute("create temp table of_people (kpi_id varchar)")
        if "kpi_definitions" in candidate:
            con.execute(_OF_PEOPLE)
        is_other = previous is not None and warehouse is not None and not _same(previous, warehouse)
        before = _attach(con, previous, "previous") if is_other else frozenset()
        has_files = {"files", "reconciliation"} <= tables
        edition = _edition(con) if "previous_kpi" in tables and "mart_kpi_change" in candidate else None
        return Facts(
            findings=findings,
            reconciliation=_rows(con, _RECONCILIATION) if has_files else None,
            files=tuple(_rows(con, _FILES)) if has_files else (),
            submissions=_rows(con, _SUBMISSIONS) if "mart_submission" in candidate else None,
            kpi_changes=_kpi_changes(con) if "mart_kpi" in candidate and "mart_kpi" in before else None,
            edition=edition,
            edition_changes=tuple(_edition_changes(con)) if edition else (),
            resolved=tuple(resolved),
            municipalities=_municipalities(con) if "submissions" in tables else {},
            has_control=has_findings,
        )


def _municipalities(con: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """The municipalities that each file holds rows of, as far as its submissions name them."""
    found: dict[str, set[str]] = {}
    for row in _rows(con, _MUNICIPALITIES):
        if code := municipality_of(row["dataset"], row["submission_key"]):
            found.setdefault(row["file_id"], set()).add(code)
    return {file_id: frozenset(codes) for file_id, codes in found.items()}


def _views(con: duckdb.DuckDBPyConnection, control: Path | None) -> frozenset[str]:
    if control is None or not control.is_dir():
        return frozenset()
    for path in sorted(control.glob("*.parquet")):
        con.execute(f"create view \"{path.stem}\" as select * from read_parquet('{quoted(path)}')")
    return frozenset(path.stem for path in control.glob("*.parquet"))


def _attach(con: duckdb.DuckDBPyConnection, warehouse: Path | None, name: str) -> frozenset[str]:
    """Attach a warehouse read-only; a half-built one, left by a crash, counts as none."""
    if warehouse is None or not warehouse.exists():
        return frozenset()
    try:
        con.execute(f"attach '{quoted(warehouse)}' as {name} (read_only)")
    except duckdb.Error:
        return frozenset()
    # The name is written into the text: a parameter would make DuckDB import pandas, for seconds.
    rows = con.execute(
        f"select table_name from duckdb_tables() where database_name = '{name}' and schema_name = 'main'"
    ).fetchall()
    return frozenset(table for (table,) in rows)


def _kpi_changes(con: duckdb.DuckDBPyConnection) -> list[Row]:
    year = con.execute("select max(fiscal_year) from candidate.mart_kpi").fetchone()
    return _rows(con, _KPI_CHANGES, [year[0] if year else None])


def _edition(con: duckdb.DuckDBPyConnection) -> str | None:
    """The edition that the candidate was compared with; none in a release of an older program."""
    try:
        found = con.execute(
            f"select max(edition) from previous_kpi where compared_with = '{ISSUED}'"
        ).fetchone()
    except duckdb.Error:
        return None
    return found[0] if found else None


def _edition_changes(con: duckdb.DuckDBPyConnection) -> list[Row]:
    year = con.execute("select max(fiscal_year) from candidate.mart_kpi").fetchone()
    return _rows(con, _ISSUED_CHANGES, [ISSUED, year[0] if year else None])


def _rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[object] | None = None) -> list[Row]:
    return rows_of(con.execute(sql, parameters or []))


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
