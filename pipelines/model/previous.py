"""The figures of earlier releases, beside the control tables: what `mart_kpi_change` compares with.

There are two: the release that readers saw before this night, and the edition issued last. They are no input of
the release: the same files give the same judged marts and documents whatever was published before. So these
tables and the mart made from them are outside the release's id and outside the fingerprints
(`pipelines.quality.fingerprint`), and no document prints them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.model.rows import quoted

if TYPE_CHECKING:
    import duckdb

PUBLISHED, ISSUED = "前の公開版", "前の発行版"
_KPI = """
select ? as compared_with, ? as release_id, ? as edition, cast(? as date) as as_of,
    cast(? as boolean) as is_same_program, kpi_id, fiscal_year,
    municipality_code, value, status
from previous.mart_kpi
order by kpi_id, fiscal_year, municipality_code
"""
_FILES = """
select distinct ? as compared_with, e.kpi_id, e.fiscal_year, e.municipality_code, e.file_id, f.path
from previous.mart_kpi_evidence e
inner join (select file_id, min(path) as path from read_parquet('{files}') group by file_id) f on f.file_id = e.file_id
order by all
"""
_EMPTY = {
    "previous_kpi": "compared_with varchar, release_id varchar, edition varchar, as_of date, is_same_program boolean, "
    "kpi_id varchar, fiscal_year integer, "
    "municipality_code varchar, value decimal(18, 4), status varchar",
    "previous_kpi_files": "compared_with varchar, kpi_id varchar, fiscal_year integer, municipality_code varchar, "
    "file_id varchar, path varchar",
}


@dataclass(frozen=True)
class Basis:
    """One release that the night is compared with.

    Attributes:
        compared_with: what it is to the reader, `PUBLISHED` or `ISSUED`.
        folder: with warehouse, manifest and control tables.
        edition: its full name, where it is an issued edition.
    """

    compared_with: str
    folder: Path
    edition: str | None = None


def write_previous(bases: Sequence[Basis], code_version: str, control: Path) -> list[Path]:
    """Write `previous_kpi.parquet` and `previous_kpi_files.parquet`; empty when there was nothing before.

    Args:
        bases: the releases to compare with.
        code_version: of the program that runs now.
        control: the candidate's control folder.
    """
    import duckdb

    with duckdb.connect() as con:
        create_previous(con)
        for basis in bases:
            try:
                load_previous(con, basis, code_version)
            except (duckdb.Error, OSError, ValueError, KeyError):
                # Published by a program that kept other tables: nothing can be compared.
                for name in _EMPTY:
                    con.execute(f"delete from {name} where compared_with = ?", [basis.compared_with])
        written = []
        for name in _EMPTY:
            written.append(control / f"{name}.parquet")
            con.table(name).write_parquet(str(written[-1]))
        return written


def create_previous(con: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables."""
    for name, columns in _EMPTY.items():
        con.execute(f"create table {name} ({columns})")


def load_previous(con: duckdb.DuckDBPyConnection, basis: Basis, code_version: str) -> None:
    """Add the figures of a release, and the files behind them."""
    manifest = json.loads((basis.folder / "manifest.json").read_text(encoding="utf-8"))
    con.execute(f"attach '{quoted(basis.folder / 'warehouse.duckdb')}' as previous (read_only)")
    try:
        is_same_program = manifest["code_version"] == code_version
        about = [
            basis.compared_with,
            manifest["release_id"],
            basis.edition,
            manifest["as_of"],
            is_same_program,
        ]
        con.execute(f"insert into previous_kpi {_KPI}", about)
        files = _FILES.format(files=quoted(basis.folder / "control" / "files.parquet"))
        con.execute(f"insert into previous_kpi_files {files}", [basis.compared_with])
    finally:
        con.execute("detach previous")
