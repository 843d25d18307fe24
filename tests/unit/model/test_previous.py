"""What the change of a night is measured against. If a broken old release could stop the night, nothing new would come."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.model.kpi_change import changes
from pipelines.model.previous import ISSUED, PUBLISHED, Basis, write_previous
from pipelines.quality.fingerprint import TRANSITIONS, fingerprints

COLUMNS = [
    "compared_with",
    "release_id",
    "edition",
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
    kpi, files = write_previous([], "code", tmp_path)
    assert read(kpi) == (COLUMNS, [])
    assert read(files)[1] == []


def test_every_figure_and_every_file_behind_it_is_remembered(sample_home: Path, tmp_path: Path) -> None:
    release = (sample_home / "current").resolve()
    code = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["code_version"]
    bases = [Basis(PUBLISHED, release), Basis(ISSUED, release, "暫定版 第1号")]
    kpi, files = write_previous(bases, code, tmp_path)
    names, rows = read(kpi)
    assert names == COLUMNS
    assert {row[:3] for row in rows} == {
        (PUBLISHED, release.name, None),
        (ISSUED, release.name, "暫定版 第1号"),
    }
    assert {row[4] for row in rows} == {True}
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as con:
        wanted = con.execute("select kpi_id, fiscal_year, municipality_code, value from mart_kpi").fetchall()
        behind = con.execute(
            "select distinct kpi_id, fiscal_year, municipality_code, file_id from mart_kpi_evidence"
        ).fetchall()
    for name in (PUBLISHED, ISSUED):
        assert {row[5:9] for row in rows if row[0] == name} == set(wanted)
        assert {row[1:5] for row in read(files)[1] if row[0] == name} == set(behind)
    other = write_previous([Basis(PUBLISHED, release)], "other", tmp_path)
    assert {row[4] for row in read(other[0])[1]} == {False}


@pytest.mark.parametrize("spoilt", ["no tables", "no database", "no manifest"])
def test_a_release_that_cannot_be_compared_counts_as_none(
    tmp_path: Path, sample_home: Path, spoilt: str
) -> None:
    """It takes nothing from the other one that the night is compared with."""
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
    assert [read(path)[1] for path in write_previous([Basis(PUBLISHED, release)], "c", tmp_path)] == [[], []]
    bases = [Basis(ISSUED, (sample_home / "current").resolve(), "暫定版"), Basis(PUBLISHED, release)]
    both = [read(path)[1] for path in write_previous(bases, "c", tmp_path)]
    assert [{row[0] for row in rows} for rows in both] == [{ISSUED}, {ISSUED}]


def test_what_was_published_before_is_outside_the_fingerprints() -> None:
    with duckdb.connect() as con:
        for name in (*TRANSITIONS, "mart_kpi"):
            con.execute(f"create table {name} as select 1 as kpi_id")
        assert list(fingerprints(con)) == ["mart_kpi"]


def test_the_marts_own_rule_compares_any_two_releases(sample_home: Path, tmp_path: Path) -> None:
    """One figure changed by hand, its evidence moved to another file: that figure, its difference and both files."""
    release = (sample_home / "current").resolve()
    other = tmp_path / "other"
    shutil.copytree(release, other)
    with duckdb.connect(str(other / "warehouse.duckdb")) as con:
        con.execute(
            "update mart_kpi set value = value + 1 where kpi_id = 'K203' and municipality_code = '302023'"
        )
        (path,) = con.execute(
            "select min(f.path) from mart_kpi_evidence e join read_parquet(?) f using (file_id)"
            " where kpi_id = 'K203' and municipality_code = '302023'",
            [str(release / "control" / "files.parquet")],
        ).fetchall()[0]
        con.execute(
            "delete from mart_kpi_evidence where kpi_id = 'K203' and municipality_code = '302023' and file_id in"
            " (select file_id from read_parquet(?) where path = ?)",
            [str(release / "control" / "files.parquet"), path],
        )
    assert changes(Basis("前", release), release) == []
    (row,) = changes(Basis("前", release, "暫定版"), other)
    assert (row["kpi_id"], row["municipality_code"], row["change"]) == ("K203", "302023", 1)
    assert (row["cause"], row["files_in"], row["files_out"]) == ("ファイル", None, path)
    assert (row["compared_with"], row["before_release_id"], row["before_edition"]) == (
        "前",
        release.name,
        "暫定版",
    )


def test_a_release_of_a_program_with_other_tables_cannot_be_compared(
    sample_home: Path, tmp_path: Path
) -> None:
    release = (sample_home / "current").resolve()
    (tmp_path / "manifest.json").write_bytes((release / "manifest.json").read_bytes())
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("create table mart_kpi as select 1 as kpi_id")
    with pytest.raises(KyosoError, match="比べられません"):
        changes(Basis("前", tmp_path), release)
