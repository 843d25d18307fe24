"""The dbt project, run in this process: one interpreter, one connection, no subprocess per call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = CHECKOUT / "dbt_project"


@dataclass(frozen=True)
class DbtBuild:
    """What dbt did.

    Attributes:
        results: dbt's own results of seeds, models and data tests, in the order they ended.
        row_counts: rows of every table built, by (schema, table).
    """

    results: Sequence[Any]
    row_counts: dict[tuple[str, str], int]

    @property
    def is_complete(self) -> bool:
        """Whether every seed and model was built; failed tests do not count here."""
        return all(str(r.status) in ("success", "pass", "fail", "warn") for r in self.results)


def parse(settings: Settings) -> Manifest:
    """Read the project; the cache in the home makes all but the first time short.

    Raises:
        KyosoError: the project does not parse.
    """
    return invoke(settings, ["parse", "--no-write-json"])


def build(settings: Settings, manifest: Manifest | None = None) -> DbtBuild:
    """Build every model into the candidate's warehouse, then run the data tests on it.

    A failing test must not keep later models from being built: the gate judges the whole candidate,
    and the officer sees all problems at once. So tests run after the models, not between them.
    """
    manifest = manifest or parse(settings)
    warehouse = settings.candidate / "warehouse.duckdb"
    for stale in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        stale.unlink(missing_ok=True)
    try:
        built = invoke(settings, ["build", *_without("unit_test", "test", "exposure")], manifest)
        results = list(built.results)
        if all(str(r.status) == "success" for r in results):
            results += invoke(settings, ["test", *_without("unit_test")], manifest).results
    finally:
        close_connections()
    return DbtBuild(results, _row_counts(warehouse))


def _without(*kinds: str) -> list[str]:
    return [word for kind in kinds for word in ("--exclude-resource-type", kind)]


def close_connections() -> None:
    """Let go of the DuckDB file: dbt keeps it open, and locked, after a run."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def environment(settings: Settings) -> dict[str, str]:
    """The variables that profiles.yml and the sources read."""
    return {
        "KYOSO_BUILD": str(settings.candidate),
        "KYOSO_LANDED": str(settings.landed),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def invoke(settings: Settings, command: list[str], manifest: Manifest | None = None) -> Any:
    """Run one dbt command in this process, writing nothing into the checkout; dbt's own result.

    Raises:
        KyosoError: dbt could not begin.
    """
    from dbt.cli.main import dbtRunner

    os.environ.update(environment(settings))
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-version-check", "--no-write-json"]
    own = str(settings.home / "dbt")
    places = ["--project-dir", str(PROJECT), "--target-path", own, "--log-path", own]
    flags = [flag for flag in quiet if flag not in command]
    outcome = dbtRunner(manifest=manifest).invoke([*command, *flags, *places])
    if outcome.exception is not None:
        close_connections()
        raise KyosoError(
            "集計の処理(dbt)が始まる前に止まりました。",
            where=str(outcome.exception).strip().splitlines()[0] if str(outcome.exception).strip() else "",
            todo="dbt_project を元に戻すか、システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        ) from outcome.exception
    return outcome.result


def _row_counts(warehouse: Path) -> dict[tuple[str, str], int]:
    import duckdb

    if not warehouse.exists():
        return {}
    with duckdb.connect(str(warehouse)) as con:
        con.execute("checkpoint")
        rows = con.execute("select schema_name, table_name, estimated_size from duckdb_tables()").fetchall()
    return {(schema, table): int(size) for schema, table, size in rows}
