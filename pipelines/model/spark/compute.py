"""Every seed and model of the project on Spark, from the landed Parquet; then the files of their tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipelines.errors import KyosoError
from pipelines.model.dbt import PROJECT, DbtResult, invoke, parse, plain, without
from pipelines.model.spark.python_models import compute_python
from pipelines.model.spark.schemas import empty_schemas
from pipelines.model.spark.session import session
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from pyspark.sql import SparkSession

TARGET = "spark"


def compute(settings: Settings) -> list[DbtResult]:
    """Build the models on the cluster; their tables lie in `settings.computed` afterwards.

    Returns:
        How seeds and models ended.

    Raises:
        KyosoError: the cluster cannot be reached, or its metastore holds somebody else's tables.
    """
    with session() as spark:
        return build_models(spark, settings)


def build_models(spark: SparkSession, settings: Settings) -> list[DbtResult]:
    """The same in a session that is open."""
    manifest = parse(settings, TARGET)
    empty_schemas(spark, _schemas(manifest), settings.computed)
    _register_received(settings, manifest)
    kinds = without("unit_test", "test", "exposure")
    in_python = [node for node in manifest.nodes.values() if getattr(node, "language", "") == "python"]
    after = [f"{node.name}+" for node in in_python]
    results = _build(settings, manifest, [*kinds, *(["--exclude", *after] if after else [])])
    if in_python and _are_built(results):
        tables = {node.name: f"{node.schema}.{node.name}" for node in manifest.nodes.values()}
        for node in in_python:
            compute_python(spark, PROJECT / node.original_file_path, tables[node.name], tables)
        own = [node.name for node in in_python]
        results += _build(settings, manifest, [*kinds, "--select", *after, "--exclude", *own])
    return results


def run_tests(settings: Settings) -> list[DbtResult]:
    """The data tests on Spark's tables, in the session that is open."""
    ran = invoke(settings, ["test", *without("unit_test")], parse(settings, TARGET), TARGET)
    return [plain(result) for result in ran.results]


def _register_received(settings: Settings, manifest: Manifest) -> None:
    (done,) = invoke(settings, ["run-operation", "register_received"], manifest, TARGET).results
    if str(done.status) != "success":
        raise KyosoError(
            "受領したデータ(Parquet)を、Sparkから読めません。前回の公開版はそのまま使えます。",
            where=str(done.message).strip().splitlines()[0] if done.message else str(settings.landed),
            todo="保管場所(KYOSO_HOME)を、すべてのワーカーから同じパスで読み書きできるフォルダに置いてください。例: KYOSO_HOME=/mnt/kyoso",
        )


def _build(settings: Settings, manifest: Manifest, which: list[str]) -> list[DbtResult]:
    return [plain(result) for result in invoke(settings, ["build", *which], manifest, TARGET).results]


def _are_built(results: Iterable[DbtResult]) -> bool:
    return all(result.status == "success" for result in results)


def _schemas(manifest: Manifest) -> set[str]:
    kinds = ("model", "seed")
    own: set[str] = {node.schema for node in manifest.nodes.values() if str(node.resource_type) in kinds}
    return own | {source.schema for source in manifest.sources.values()}
