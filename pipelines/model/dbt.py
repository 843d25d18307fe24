"""The dbt project, run by dbt's own runner in a Python process: no dbt command, no start-up per call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.model.recompute import write_rules
from pipelines.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = CHECKOUT / "dbt_project"
NIGHT = "night"


@dataclass(frozen=True)
class DbtNode:
    """What is said of a seed, model or test; `attached_node` is the id of the table a test is about."""

    unique_id: str
    name: str
    resource_type: str
    description: str
    meta: dict[str, Any]
    attached_node: str


@dataclass(frozen=True)
class DbtResult:
    """How one node ended, free of dbt's own classes, so that it can travel between processes."""

    node: DbtNode
    status: str
    failures: int | None
    message: str | None
    execution_time: float


@dataclass(frozen=True)
class DbtBuild:
    """What dbt did.

    Attributes:
        results: of seeds, models and data tests, in the order they ended.
        row_counts: rows of every table built, by (schema, table).
    """

    results: Sequence[DbtResult]
    row_counts: dict[tuple[str, str], int]


_parsed: dict[Settings, Manifest] = {}


def project(settings: Settings) -> dict[str, Any]:
    """The parsed project as plain data; `build` in the same process then need not parse it again."""
    _parsed[settings] = parse(settings)
    plain: dict[str, Any] = _parsed[settings].writable_manifest().to_dict(omit_none=False)
    return plain


def parse(settings: Settings, target: str = NIGHT) -> Manifest:
    """Read the project; the cache in the home makes all but the first time short.

    Raises:
        KyosoError: the project does not parse.
    """
    return invoke(settings, ["parse", "--no-write-json"], target=target)


def build(settings: Settings) -> DbtBuild:
    """Build every model into the candidate's warehouse, then run the data tests on it.

    A failing test must not keep later models from being built: the gate judges the whole candidate,
    and the officer sees all problems at once. So tests run after the models, not between them.

    On another engine the models are built there first. Then the same happens here, with one difference: each table
    takes its rows from there (macros/engines.sql). Names, types, constraints, comments and tests are the same.
    """
    if settings.engine == "spark":
        from pipelines.model.spark.compute import compute

        computed = compute(settings)
        if any(result.status != "success" for result in computed):
            return DbtBuild(computed, {})
    manifest = _parsed.get(settings) or parse(settings)
    warehouse = settings.candidate / "warehouse.duckdb"
    for stale in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        stale.unlink(missing_ok=True)
    try:
        built = invoke(settings, ["build", *without("unit_test", "test", "exposure")], manifest)
        results = list(built.results)
        if all(str(r.status) == "success" for r in results):
            write_rules([r.node for r in results], settings.candidate)
            results += invoke(settings, ["test", *without("unit_test")], manifest).results
    finally:
        close_connections()
    return DbtBuild([plain(result) for result in results], _row_counts(warehouse))


def plain(result: Any) -> DbtResult:
    """What the house reads of one of dbt's own results, whose classes are neither public nor stable."""
    node = result.node
    about = DbtNode(
        node.unique_id,
        node.name,
        str(node.resource_type),
        node.description or "",
        dict(node.config.meta or {}),
        getattr(node, "attached_node", None) or "",
    )
    return DbtResult(about, str(result.status), result.failures, result.message, result.execution_time)


def without(*kinds: str) -> list[str]:
    """The words that leave out nodes of some kinds."""
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
        "KYOSO_COMPUTED": "" if settings.engine == "duckdb" else str(settings.computed),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def invoke(
    settings: Settings, command: list[str], manifest: Manifest | None = None, target: str = NIGHT
) -> Any:
    """Run one dbt command in this process, writing nothing into the checkout; dbt's own result.

    Args:
        settings: where to read and write.
        command: dbt's words.
        manifest: of the same target, when the project has been parsed already.
        target: of profiles.yml.

    Raises:
        KyosoError: dbt could not begin.
    """
    from dbt.cli.main import dbtRunner

    os.environ.update(environment(settings))
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-version-check", "--no-write-json"]
    # A cache of its own for each target: what is parsed depends on it.
    own = str(settings.home / ("dbt" if target == NIGHT else f"dbt-{target}"))
    places = ["--project-dir", str(PROJECT), "--target", target, "--target-path", own, "--log-path", own]
    flags = [flag for flag in quiet if flag not in command]
    outcome = dbtRunner(manifest=manifest).invoke([*command, *flags, *places])
    if outcome.exception is not None:
        close_connections()
        raise KyosoError(
            "集計の処理(dbt)が始まる前に止まりました。",
            where=" ".join(line.strip() for line in str(outcome.exception).split("\n") if line.strip()),
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
