"""The same parts put together as their tutorials do: what the night is compared with.

One asset per source that reads every file with pandas and openpyxl, dbt as a subprocess, the checks
and the documents as assets, each step in an interpreter of its own. It does less than the night: it
neither archives nor conforms nor finds anything, its models read rows that the night has landed, and
its manifest is parsed beforehand.
"""

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from pipelines.settings import CHECKOUT

WORK = Path(os.environ.get("TEXTBOOK_WORK", "var/textbook"))
RAW = Path(os.environ.get("TEXTBOOK_RAW", "raw/sample"))
SOURCES = ("assessment", "chat_activity", "policy", "procurement", "public_statistics", "register", "survey")
CANDIDATE = WORK / "candidate"

project = DbtProject(CHECKOUT / "dbt_project", target_path=WORK / "target")


def read(path: Path) -> list[pd.DataFrame]:
    """Every table of a file, as pandas reads it."""
    if path.suffix == ".xlsx":
        return list(pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl", dtype=str).values())
    if path.suffix == ".csv":
        for encoding in ("utf-8-sig", "cp932"):
            try:
                return [pd.read_csv(path, header=None, dtype=str, encoding=encoding, names=range(60))]
            except UnicodeDecodeError:
                continue
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            members = [archive.read(n) for n in archive.namelist() if n.endswith(".json")]
        return [pd.read_json(io.BytesIO(text)) for text in members]
    return []


def reading(source: str) -> dg.AssetsDefinition:
    """One asset that reads a source's files into one Parquet file."""

    @dg.asset(name=source, key_prefix="landed", group_name="landed")
    def landed() -> dg.MaterializeResult[None]:
        frames = []
        for path in sorted(RAW.glob(f"*/{source}/*/*")):
            try:
                frames += read(path)
            except Exception as error:
                print(path.name, error)  # noqa: T201 - what a tutorial does with a broken file
        rows = pd.concat(frames) if frames else pd.DataFrame()
        target = WORK / "landed" / f"{source}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        rows.astype(str).rename(columns=str).to_parquet(target)
        return dg.MaterializeResult(metadata={"dagster/row_count": len(rows)})

    return landed


LANDED = [reading(source) for source in (*SOURCES, "visit_log")]


@dbt_assets(manifest=project.manifest_path)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Models and tests, in dbt's own process."""
    yield from dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context).stream()


@dg.asset(deps=[models])
def verdict() -> None:
    """The expectations."""
    from pipelines.quality.gate import judge

    judge(CANDIDATE / "warehouse.duckdb", CANDIDATE / "control").write(CANDIDATE / "verdict.json")


def document(key: str) -> dg.AssetsDefinition:
    """One form of the report."""

    @dg.asset(name=key, deps=[verdict], group_name="report")
    def written() -> None:
        from pipelines.report.render import render

        render(CANDIDATE, [key])

    return written


defs = dg.Definitions(
    assets=[*LANDED, models, verdict, *(document(key) for key in ("pdf", "xlsx", "html"))],
    jobs=[
        dg.define_asset_job(
            "textbook", executor_def=dg.multiprocess_executor.configured({"max_concurrent": 2})
        )
    ],
    resources={"dbt": DbtCliResource(project, target_path=WORK / "target")},
)
