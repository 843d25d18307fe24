"""A small fictional candidate with the marts' published columns: what the gate sees on a good night."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
MUNICIPALITIES = HERE.parents[2] / "pipelines" / "ingest" / "municipalities.csv"


def build_candidate(folder: Path, as_of: date = date(2026, 11, 20)) -> tuple[Path, Path]:
    """Write warehouse.duckdb and control/*.parquet into a folder; return both paths."""
    warehouse, control = folder / "warehouse.duckdb", folder / "control"
    control.mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as con:
        con.execute(f"set variable municipalities = '{MUNICIPALITIES}'")
        con.execute((HERE / "candidate.sql").read_text(encoding="utf-8"))
        con.execute("attach ':memory:' as control")
        con.execute("use control")
        con.execute((HERE / "control.sql").read_text(encoding="utf-8"))
        con.execute("update run set as_of = ?", [as_of])
        tables = con.execute(
            "select table_name from duckdb_tables() where database_name = 'control'"
        ).fetchall()
        for (table,) in tables:
            con.execute(f"copy {table} to '{control / table}.parquet' (format parquet)")
    return warehouse, control
