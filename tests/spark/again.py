"""Inside a cluster whose metastore holds an earlier build: build again, run dbt's tests there, compare every row."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import KyosoError
from pipelines.model.spark.compute import build_models, run_tests
from pipelines.model.spark.schemas import empty_schemas
from pipelines.model.spark.session import session
from pipelines.settings import Settings
from tests.spark.compare import Same, compare, say
from tests.spark.releases import outcome


def main(raw: Path, home: Path, duckdb_home: Path, as_of: date) -> int:
    """Exit code 1 when a claim does not hold."""
    release, judged = outcome(home), outcome(duckdb_home)
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    settings = Settings(raw, home, int(manifest["fiscal_year"]), as_of, engine="spark")
    if release != settings.candidate:
        # A night moves its candidate into the releases; the control tables are read from there.
        settings.build.mkdir(exist_ok=True)
        settings.candidate.symlink_to(release)
    with session() as spark:
        problems = _workers(spark) + _kept(spark, judged / "warehouse.duckdb") + _guarded(spark, settings)
        _interrupt(settings)
        started = time.monotonic()
        built = build_models(spark, settings)
        problems += [f"作れない表 {r.node.name}: {r.message}" for r in built if r.status != "success"]
        say(f"Spark: 表 {len(built)}件を作りました({time.monotonic() - started:.0f}秒)")
        started = time.monotonic()
        problems += _tested(settings, judged / "control" / "dbt_results.json")
        say(f"dbtの検査をSparkで行いました({time.monotonic() - started:.0f}秒)")
        started = time.monotonic()
        compared = compare(spark, settings.computed, judged / "warehouse.duckdb")
    same = [table for table in compared if isinstance(table, Same)]
    problems += [str(table) for table in compared if not isinstance(table, Same)]
    say(
        f"Spark: {len(compared)}表のうち{len(same)}表({sum(t.rows for t in same):,}行)がDuckDBの表と行ごとに一致しました"
        f"({time.monotonic() - started:.0f}秒)"
    )
    for problem in problems:
        say(problem)
    return 1 if problems else 0


def _workers(spark: Any) -> list[str]:
    # The driver counts as one.
    executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    master = spark.sparkContext.master
    is_cluster = executors == 2 and master.startswith("spark://127.0.0.1:")
    return [] if is_cluster else [f"ワーカー2つのクラスタではありません: {master}、{executors}"]


def _kept(spark: Any, warehouse: Path) -> list[str]:
    """The metastore was stopped and started: it must know every table of the first build."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        query = "select schema_name, table_name from duckdb_tables() where not internal"
        wanted = set(con.execute(query).fetchall())
    schemas = {schema for schema, _ in wanted}
    found = {(s, row.tableName) for s in schemas for row in spark.sql(f"show tables in {s}").collect()}
    return [f"メタストアに残っていない表 {s}.{t}" for s, t in sorted(wanted - found)]


def _guarded(spark: Any, settings: Settings) -> list[str]:
    """Somebody else's home must not empty these schemas."""
    before = spark.sql("show tables in main").count()
    try:
        empty_schemas(spark, ["main", "staging"], settings.home / "elsewhere")
    except KyosoError:
        return [] if spark.sql("show tables in main").count() == before else ["他人の表が消えました"]
    return ["他人のスキーマを空にできてしまいます"]


def _interrupt(settings: Settings) -> None:
    """Files of a table that the metastore never heard of, as a build leaves them that is killed while writing."""
    left = settings.computed / "main.db" / "mart_never_registered"
    left.mkdir(parents=True)
    (left / "part-00000.parquet").write_bytes(b"half a file")
    known = settings.computed / "main.db" / "mart_kpi"
    (known / "part-99999-left.snappy.parquet").write_bytes(b"half a file")


def _tested(settings: Settings, results: Path) -> list[str]:
    on_duckdb = {r["id"]: r["state"] == "passed" for r in json.loads(results.read_text(encoding="utf-8"))}
    ran = run_tests(settings)
    on_spark = {r.node.name: r.status == "pass" for r in ran}
    say(f"dbtの検査: {len(on_spark)}件、うち合格 {sum(on_spark.values())}件")
    odd = sorted(
        name for name in on_duckdb.keys() | on_spark.keys() if on_duckdb.get(name) != on_spark.get(name)
    )
    messages = {r.node.name: r.message for r in ran}
    return [f"検査の結果が違います {name}: {messages.get(name)}" for name in odd]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), date.fromisoformat(sys.argv[4])))
