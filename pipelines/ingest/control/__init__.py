"""The control tables of one run: what had been received by the as-of date, and which of it is in force.

They are Parquet files in the candidate's folder, sources of the models and part of the release.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.archive import Archive, Reception
from pipelines.ingest.control.inputs import counting, register
from pipelines.ingest.control.reception import report_rivals, report_unknown_files
from pipelines.ingest.control.sightings import late_sightings
from pipelines.ingest.landing import parser_version, pseudonym_key
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

# Each table is the query of its name in this folder; later ones read the earlier ones.
_TABLES = (
    "files",
    "withdrawals",
    "submissions",
    "in_force",
    "reconciliation",
    "bindings",
    "findings",
    "finding_states",
)

# What only these tables can tell becomes findings before the findings are gathered.
_REPORTS = {"withdrawals": report_unknown_files, "submissions": report_rivals}


@dataclass(frozen=True)
class ControlSummary:
    """What the run stands on.

    Attributes:
        in_force_hash: changes whenever the receipts in force for the as-of date change.
        by_source: per source: files, refused files, rows in, landed and set aside, open errors and warnings.
    """

    in_force_hash: str
    by_source: dict[str, dict[str, int]]


def write_control(settings: Settings, out: Path, reception: Reception | None = None) -> ControlSummary:
    """Write every control table for the run into `out`.

    Args:
        settings: home, as-of date and fiscal year.
        out: the candidate's control folder; made when it does not exist.
        reception: what tonight's look at `raw` could not read, to be shown as findings.
    """
    import duckdb

    archive = Archive(settings)
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        register(con, settings, archive, reception)
        for name in _TABLES:
            query = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
            con.execute(f"create table {name} as {query}")
            _copy(con, name, out)
            if name in _REPORTS:
                _REPORTS[name](con)
        for name in ("municipalities", "code_labels", "datasets", "run", "sightings"):
            _copy(con, name, out)
        return ControlSummary(in_force_hash(settings, archive, reception), _by_source(con))


def in_force_hash(settings: Settings, archive: Archive, reception: Reception | None = None) -> str:
    """A digest of what counts for the as-of date: receipts in order, late sights, what was unreadable.

    Counts that have taken the place of an original come in where they are read otherwise than the original would be.
    """
    digest = hashlib.sha256()
    for path, reason in reception.unreadable if reception else []:
        digest.update(f"{path}|{reason}\n".encode())
    counted = counting(settings, archive.ledger.receipts)
    for sighting in late_sightings(counted):
        digest.update(f"{sighting['source']}|{sighting['file_id']}|{sighting['seen_date']}\n".encode())
    for receipt in counted:
        digest.update(
            f"{receipt.seq}|{receipt.source}|{receipt.path}|{receipt.file_id}|{receipt.received_date}\n".encode()
        )
    for replaced_by in _read_otherwise(settings, archive, {receipt.file_id for receipt in counted}):
        digest.update(f"{replaced_by}\n".encode())
    return digest.hexdigest()


def _read_otherwise(settings: Settings, archive: Archive, counted: set[str]) -> list[str]:
    """Files of counts by another program or key, or from before a policy file: the original might be read differently."""
    now = (parser_version(), pseudonym_key(settings).key_id)
    last_policy = max((r.seq for r in archive.ledger.receipts if r.source == "policy"), default=0)
    return sorted(
        replacement.replaced_by
        for replacement in archive.ledger.replacements.values()
        if replacement.file_id in counted
        and ((replacement.parser_version, replacement.key_id) != now or replacement.after_seq < last_policy)
    )


def _copy(con: duckdb.DuckDBPyConnection, name: str, out: Path) -> None:
    con.table(name).write_parquet(str(out / f"{name}.parquet"))


def _by_source(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    query = """
        with f as (select source, count(*) as files, count(*) filter (where status <> 'landed') as refused
                   from files group by source),
        c as (select source, sum(rows_in) as rows_in, sum(rows_landed) as landed, sum(rows_set_aside) as aside
              from reconciliation group by source),
        g as (select source, count(*) filter (where severity = 'error') as errors,
                     count(*) filter (where severity = 'warning') as warnings
              from findings where is_in_force group by source)
        select coalesce(f.source, g.source) as source, coalesce(files, 0), coalesce(refused, 0),
               coalesce(rows_in, 0), coalesce(landed, 0), coalesce(aside, 0), coalesce(errors, 0), coalesce(warnings, 0)
        from f full join g using (source) left join c on c.source = coalesce(f.source, g.source) order by 1
    """
    names = ("files", "refused", "rows_in", "rows_landed", "rows_set_aside", "errors", "warnings")
    return {
        row[0]: dict(zip(names, (int(v) for v in row[1:]), strict=True))
        for row in con.execute(query).fetchall()
    }
