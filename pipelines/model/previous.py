"""The figures that readers saw before this night, beside the control tables: what `mart_kpi_change` compares with.

They are no input of the release: the same files give the same judged marts and documents whatever was
published before. So these tables and the mart made from them are outside the release's id and outside the
fingerprints (`pipelines.quality.fingerprint`), and no document prints them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_KPI = """
select ? as release_id, cast(? as date) as as_of, cast(? as boolean) as is_same_program, kpi_id, fiscal_year,
    municipality_code, value, status
from previous.mart_kpi
order by kpi_id, fiscal_year, municipality_code
"""
_FILES = """
select distinct e.kpi_id, e.fiscal_year, e.municipality_code, e.file_id, f.path
from previous.mart_kpi_evidence e
inner join (select file_id, min(path) as path from read_parquet('{files}') group by file_id) f on f.file_id = e.file_id
order by all
"""
_EMPTY = {
    "previous_kpi": "release_id varchar, as_of date, is_same_program boolean, kpi_id varchar, fiscal_year integer, "
    "municipality_code varchar, value decimal(18, 4), status varchar",
    "previous_kpi_files": "kpi_id varchar, fiscal_year integer, municipality_code varchar, file_id varchar, path varchar",
}


def write_previous(release: Path | None, code_version: str, control: Path) -> list[Path]:
    """Write `previous_kpi.parquet` and `previous_kpi_files.parquet`; empty when nothing was published before.

    Args:
        release: folder of the release that readers see before this night.
        code_version: of the program that runs now.
        control: the candidate's control folder.
    """
    import duckdb

    with duckdb.connect() as con:
        for name, columns in _EMPTY.items():
            con.execute(f"create table {name} ({columns})")
        if release is not None:
            try:
                _read(con, release, code_version)
            except (duckdb.Error, OSError, ValueError, KeyError):
                # Published by a program that kept other tables: nothing can be compared.
                for name in _EMPTY:
                    con.execute(f"delete from {name}")
        written = []
        for name in _EMPTY:
            written.append(control / f"{name}.parquet")
            con.table(name).write_parquet(str(written[-1]))
        return written


def _read(con: duckdb.DuckDBPyConnection, release: Path, code_version: str) -> None:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    con.execute(f"attach '{_quoted(release / 'warehouse.duckdb')}' as previous (read_only)")
    about = [manifest["release_id"], manifest["as_of"], manifest["code_version"] == code_version]
    con.execute(f"insert into previous_kpi {_KPI}", about)
    files = _quoted(release / "control" / "files.parquet")
    con.execute(f"insert into previous_kpi_files {_FILES.format(files=files)}")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
