"""Building the marts with dbt against DuckDB running the compiled SQL alone: what dbt costs, and how it grows.

    python -m tests.benchmarks.marts --factors 1,100

dbt's models and seeds are built without their tests, then the SQL that dbt compiled runs in the order of
the manifest in one DuckDB connection with the same number of threads. The effect's Python model and what
depends on it are left out on both sides: they are no SQL.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from pipelines.settings import CHECKOUT
from tests.benchmarks.__main__ import night
from tests.benchmarks.larger import enlarge
from tests.benchmarks.results import parser, report

_WITHOUT = "int_effect__results+"
_QUIET = ("--log-level", "none", "--log-level-file", "none", "--no-version-check")


@dataclass(frozen=True)
class Built:
    """Seconds, and what was built in its order: (schema, name, compiled SQL or None for a seed)."""

    seconds: float
    nodes: tuple[tuple[str, str, str | None], ...]


def by_dbt(work: Path) -> Built:
    """dbt's own build of seeds and models, in this process, the project parsed beforehand."""
    from dbt.cli.main import dbtRunner

    os.environ |= {
        "KYOSO_BUILD": str(work / "candidate"),
        "KYOSO_LANDED": str(work / "landed"),
        "DBT_PROFILES_DIR": str(CHECKOUT / "dbt_project"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    places = [*_QUIET, "--project-dir", str(CHECKOUT / "dbt_project"), "--target-path", str(work / "target")]
    manifest: Any = dbtRunner().invoke(["parse", *places]).result
    (work / "candidate" / "warehouse.duckdb").unlink(missing_ok=True)
    command = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    started = time.perf_counter()
    done: Any = dbtRunner(manifest=manifest).invoke([*command, "--exclude", _WITHOUT, *places])
    seconds = time.perf_counter() - started
    _close()
    if not done.success:
        failed = [
            f"{r.node.name}: {r.message}"
            for r in done.result.results
            if str(r.status) not in ("success", "pass")
        ]
        sys.exit("\n".join(failed) or str(done.exception))
    nodes = [r.node for r in done.result.results if str(r.node.resource_type) in ("model", "seed")]
    return Built(seconds, tuple((n.schema, n.name, getattr(n, "compiled_code", None)) for n in nodes))


def _close() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def by_duckdb(work: Path, built: Built) -> float:
    """Seconds DuckDB needs for the same SQL; seeds are copied beforehand."""
    alone = work / "alone"
    shutil.rmtree(alone, ignore_errors=True)
    alone.mkdir()
    with duckdb.connect(str(alone / "warehouse.duckdb"), config={"threads": 2}) as con:
        con.execute(f"attach '{work / 'candidate' / 'warehouse.duckdb'}' as by_dbt (read_only)")
        for schema in {schema for schema, *_ in built.nodes}:
            con.execute(f'create schema if not exists "{schema}"')
        for schema, name, sql in built.nodes:
            if not sql:
                con.execute(f'create table "{schema}"."{name}" as from by_dbt."{schema}"."{name}"')
        started = time.perf_counter()
        for schema, name, sql in built.nodes:
            if sql:
                con.execute(f'create table "{schema}"."{name}" as {sql}')
        con.execute("checkpoint")
        return time.perf_counter() - started


def _prove_larger(home: Path, work: Path, factor: int) -> None:
    """Every numerator of the prefecture must be exactly so many times the sample's, or other work was measured."""
    with duckdb.connect(str(work / "candidate" / "warehouse.duckdb"), read_only=True) as con:
        con.execute(f"attach '{home / 'warehouse.duckdb'}' as once (read_only)")
        odd = con.execute(
            "select kpi_id, fiscal_year, one.numerator, many.numerator from once.mart_kpi as one "
            "full outer join mart_kpi as many using (kpi_id, fiscal_year) "
            "where one.municipality_code is null and many.municipality_code is null "
            "and many.numerator is distinct from one.numerator * ?",
            [factor],
        ).fetchall()
    if odd:
        sys.exit(f"not {factor} times the sample: {odd[:5]}")


def measure(home: Path, factor: int, rounds: int) -> str:
    """One line of the result's table."""
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:
        work = Path(folder)
        rows = enlarge(home, factor, work)
        shutil.copy(home / "current" / "manifest.json", work / "candidate")
        pairs = []
        for _ in range(rounds):
            built = by_dbt(work)
            pairs.append((built.seconds, by_duckdb(work, built)))
        _prove_larger(home, work, factor)
    dbt, alone = (median(p[i] for p in pairs) for i in (0, 1))
    ratios = [d / a for d, a in pairs]
    count = len(built.nodes)
    return (
        f"{factor:5} ×{rows:12,} rows{count:6} nodes   dbt{dbt:7.2f} s   DuckDB alone{alone:7.2f} s   "
        f"ratio {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})   dbt's own {(dbt - alone) / count * 1000:.0f} ms a node"
    )


def main() -> None:
    """Print a line per size, with the command to repeat them."""
    options = parser("tests.benchmarks.marts", __doc__)
    options.add_argument("--factors", default="1,100")
    options.add_argument("--home", type=Path, help="a home with a released sample night; made when absent")
    chosen = options.parse_args()
    lines = []
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:
        home = chosen.home or Path(folder) / "home"
        if not chosen.home:
            night(home)
        for factor in map(int, chosen.factors.split(",")):
            lines.append(measure(home, factor, chosen.rounds))
            sys.stderr.write(lines[-1] + "\n")
    command = f"python -m tests.benchmarks.marts --factors {chosen.factors} --rounds {chosen.rounds}"
    report("Marts by dbt and by DuckDB alone", command, lines, keep=chosen.record)


if __name__ == "__main__":
    main()
