"""What a status page says about the files: read from the candidate and the control tables.

Every part may be missing: a run that failed early has no candidate, or not even control tables.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.report.spreadsheet_text import as_typed

Row = dict[str, Any]
# As printed in the matrix, worst first: what an officer has to act on stands out.
STATES = ("未提出", "全行保留", "遅延受領", "訂正受領", "受領", "期限前")
DUE_STATES = tuple(state for state in STATES if state != "期限前")

_FINDINGS = """
select f.finding_id, f.severity, f.municipality_code, coalesce(m.name, '') as municipality_name, f.source,
    f.dataset, f.path, f.sheet, f.cell, f.field_label, f.typed_text, f.rule, f.message, f.expected,
    f.example, f.suggestion, coalesce(s.submission_key, f.path) as submission_key
from findings f
left join municipalities m on m.municipality_code = f.municipality_code
left join (select file_id, dataset, min(submission_key) as submission_key from submissions group by 1, 2) s
    on s.file_id = f.file_id and s.dataset = f.dataset
where f.is_in_force
order by case f.severity when 'error' then 0 when 'warning' then 1 else 2 end,
    f.municipality_code nulls first, f.path, f.sheet nulls first, f."row" nulls first, f.finding_id
"""

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

_SUBMISSIONS = """
select s.dataset, s.dataset_label, s.period, s.due_date, s.municipality_code,
    coalesce(s.municipality_name, '県') as municipality_name, s.state, s.received_date, s.revision
from candidate.mart_submission s
order by s.dataset, s.due_date, s.period, s.municipality_code nulls first
"""

_KPI_CHANGES = """
select n.kpi_id, n.name_ja, n.unit, p.value as before_value, n.value as after_value,
    p.status as before_status, n.status as after_status, n.reason
from candidate.mart_kpi n
full join previous.mart_kpi p on p.kpi_id = n.kpi_id and p.fiscal_year = n.fiscal_year
    and p.municipality_code is not distinct from n.municipality_code
where coalesce(n.fiscal_year, p.fiscal_year) = ? and coalesce(n.municipality_code, p.municipality_code) is null
    and (n.value is distinct from p.value or n.status is distinct from p.status)
order by coalesce(n.kpi_id, p.kpi_id)
"""


@dataclass(frozen=True)
class Facts:
    """Everything the page shows that is not about the run itself; a part that is None was not made."""

    findings: list[Row]
    reconciliation: list[Row] | None = None
    submissions: list[Row] | None = None
    kpi_changes: list[Row] | None = None
    resolved: tuple[Row, ...] = ()
    new_ids: frozenset[str] = frozenset()
    has_control: bool = False
    has_previous_findings: bool = False

    @property
    def finding_counts(self) -> dict[str, int]:
        """Open findings by severity, and the movement since the previous attempt."""
        by_severity = Counter(finding["severity"] for finding in self.findings)
        return {
            "error": by_severity["error"],
            "warning": by_severity["warning"],
            "info": by_severity["info"],
            "new": len(self.new_ids),
            "resolved": len(self.resolved),
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


def gather(
    warehouse: Path | None, control: Path | None, previous: Path | None, previous_findings: Path
) -> Facts:
    """Read what there is."""
    with duckdb.connect() as con:
        tables = _views(con, control)
        findings = _rows(con, _FINDINGS) if "findings" in tables else []
        candidate = _attach(con, warehouse, "candidate")
        is_other = previous is not None and warehouse is not None and not _same(previous, warehouse)
        before = _attach(con, previous, "previous") if is_other else frozenset()
        earlier = _read_findings(previous_findings)
        new_ids, resolved = _movement(findings, earlier)
        return Facts(
            findings=findings,
            reconciliation=_rows(con, _RECONCILIATION) if {"files", "reconciliation"} <= tables else None,
            submissions=_rows(con, _SUBMISSIONS) if "mart_submission" in candidate else None,
            kpi_changes=_kpi_changes(con) if "mart_kpi" in candidate and "mart_kpi" in before else None,
            new_ids=new_ids if earlier is not None else frozenset(),
            resolved=tuple(resolved) if "findings" in tables else (),
            has_control="findings" in tables,
            has_previous_findings=earlier is not None,
        )


def identity(finding: Row) -> tuple[str, ...]:
    """What makes two findings the same one, also across a re-sent file of the same submission."""
    names = ("dataset", "submission_key", "sheet", "cell", "rule")
    return tuple(str(finding.get(name) or "") for name in names)


def _movement(findings: list[Row], earlier: list[Row] | None) -> tuple[frozenset[str], list[Row]]:
    before = {identity(finding) for finding in earlier or ()}
    now = {identity(finding) for finding in findings}
    new = frozenset(str(finding["finding_id"]) for finding in findings if identity(finding) not in before)
    return new, [finding for finding in earlier or () if identity(finding) not in now]


def _read_findings(path: Path) -> list[Row] | None:
    if not path.exists():
        return None
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [{name: as_typed(text) for name, text in row.items()} for row in csv.DictReader(stream)]


def _views(con: duckdb.DuckDBPyConnection, control: Path | None) -> frozenset[str]:
    if control is None or not control.is_dir():
        return frozenset()
    for path in sorted(control.glob("*.parquet")):
        literal = str(path).replace("'", "''")
        con.execute(f"create view \"{path.stem}\" as select * from read_parquet('{literal}')")
    return frozenset(path.stem for path in control.glob("*.parquet"))


def _attach(con: duckdb.DuckDBPyConnection, warehouse: Path | None, name: str) -> frozenset[str]:
    """Attach a warehouse read-only; a half-built one, left by a crash, counts as none."""
    if warehouse is None or not warehouse.exists():
        return frozenset()
    literal = str(warehouse).replace("'", "''")
    try:
        con.execute(f"attach '{literal}' as {name} (read_only)")
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


def _rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[object] | None = None) -> list[Row]:
    cursor = con.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
