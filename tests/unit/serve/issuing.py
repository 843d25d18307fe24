"""Small releases that can be issued: real databases and verdicts, documents of one line."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb

from pipelines.ingest.ledger import Ledger
from pipelines.quality.fingerprint import fingerprints
from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.report.edition import EditionTitle
from pipelines.serve.release import code_version, switch
from pipelines.serve.witness import write_witness
from pipelines.settings import Settings

TODAY = date(2027, 12, 1)
MARTS = """
create table kpi_definitions as select 'K1' as kpi_id, '一' as name_ja, '件' as unit;
create table mart_kpi as select 'K1' as kpi_id, 2026 as fiscal_year, cast(null as varchar) as municipality_code,
    cast({value} as decimal(18, 4)) as value, '現時点' as status;
create table mart_kpi_evidence as select 'K1' as kpi_id, 2026 as fiscal_year, cast(null as varchar) as municipality_code,
    'file of {identity}' as file_id;
create table mart_programme_cost as select * from (values (2026, '委託料', {actual}), (2026, '謝金', 5))
    as t (fiscal_year, item, actual_jpy);
create table fct_survey_answer as select 2026 as fiscal_year, '{wave}' as wave;
"""


def make_release(
    settings: Settings,
    identity: str,
    as_of: str = "2026-11-20",
    *,
    is_settled: bool = True,
    wave: str = "six_months_after",
    is_open: bool = True,
    is_sample: bool = True,
    value: int = 5,
) -> Path:
    """Publish a release of fiscal year 2026 and switch to it."""
    folder = settings.releases / identity
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "control").mkdir(parents=True)
    (folder / "reports").mkdir()
    actual = "9" if is_settled else "null"
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute(MARTS.format(identity=identity, actual=actual, wave=wave, value=value))
        con.sql(f"select 'file of {identity}' as file_id, 'R8/{identity}.xlsx' as path").write_parquet(
            str(folder / "control" / "files.parquet")
        )
        con.sql("select 2026 as fiscal_year").write_parquet(str(folder / "control" / "run.parquet"))
    with open_candidate(folder / "warehouse.duckdb", folder / "control") as con:
        judged = fingerprints(con)
    day = date.fromisoformat(as_of)
    Verdict(is_open, day, 2026, is_sample, (), (), judged).write(folder / "verdict.json")
    manifest = {
        "release_id": identity,
        "as_of": as_of,
        "fiscal_year": 2026,
        "is_sample": is_sample,
        "code_version": code_version(),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    write_witness(folder, Ledger(settings.ledger))
    switch(settings, identity)
    return folder


def one_line(release: Path, title: EditionTitle, folder: Path) -> None:
    """A document that says what it is and which one came before."""
    before = title.previous.label if title.previous else "なし"
    identity = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["release_id"]
    (folder / "annual_evaluation.pdf").write_text(f"{title.label} {before} {identity}", encoding="utf-8")
