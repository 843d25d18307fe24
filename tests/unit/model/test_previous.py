"""What the change of a night is measured against. If a broken old release could stop the night, nothing new would come."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.model.previous import write_previous
from pipelines.quality.fingerprint import TRANSITIONS, fingerprints

COLUMNS = [
    "release_id",
    "as_of",
    "is_same_program",
    "kpi_id",
    "fiscal_year",
    "municipality_code",
    "value",
    "status",
]


def read(path: Path) -> tuple[list[str], list[tuple[object, ...]]]:
    with duckdb.connect() as con:
        cursor = con.execute(f"from read_parquet('{path}')")
        return [c[0] for c in cursor.description or []], cursor.fetchall()


def test_without_a_release_before_the_tables_are_there_and_empty(tmp_path: Path) -> None:
    kpi, files = write_previous(None, "code", tmp_path)
    assert read(kpi) == (COLUMNS, [])
    assert read(files)[1] == []


def test_every_figure_and_every_file_behind_it_is_remembered(sample_home: Path, tmp_path: Path) -> None:
    release = (sample_home / "current").resolve()
    code = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["code_version"]
    kpi, files = write_previous(release, code, tmp_path)
    names, rows = read(kpi)
    assert names == COLUMNS
    assert {row[0] for row in rows} == {release.name}
    assert {row[2] for row in rows} == {True}
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as con:
        wanted = con.execute("select kpi_id, fiscal_year, municipality_code, value from mart_kpi").fetchall()
        behind = con.execute(
            "select distinct kpi_id, fiscal_year, municipality_code, file_id from mart_kpi_evidence"
        ).fetchall()
    assert {row[3:7] for row in rows} == set(wanted)
    assert {row[:4] for row in read(files)[1]} == set(behind)
    assert {row[2] for row in read(write_previous(release, "other", tmp_path)[0])[1]} == {False}


@pytest.mark.parametrize("spoilt", ["no tables", "no database", "no manifest"])
def test_a_release_that_cannot_be_compared_counts_as_none(tmp_path: Path, spoilt: str) -> None:
    release = tmp_path / "release"
    release.mkdir()
    if spoilt != "no manifest":
        body = {"release_id": "r", "as_of": "2026-11-20", "code_version": "c"}
        (release / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    if spoilt == "no tables":
        with duckdb.connect(str(release / "warehouse.duckdb")) as con:
            con.execute("create table mart_kpi as select 1 as kpi_id")
    else:
        (release / "warehouse.duckdb").write_bytes(b"no database")
    assert [read(path)[1] for path in write_previous(release, "c", tmp_path)] == [[], []]


def test_what_was_published_before_is_outside_the_fingerprints() -> None:
    with duckdb.connect() as con:
        for name in (*TRANSITIONS, "mart_kpi"):
            con.execute(f"create table {name} as select 1 as kpi_id")
        assert list(fingerprints(con)) == ["mart_kpi"]
