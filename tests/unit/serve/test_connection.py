"""What analysts get: the current release, read-only. If more can be done with it, a query can leak or break it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.serve.connection import connect, held, query, release_manifest
from pipelines.serve.release import switch
from pipelines.settings import Settings


def make_release(settings: Settings, identity: str, stage: str) -> None:
    folder = settings.releases / identity
    (folder / "reports").mkdir(parents=True)
    (folder / "verdict.json").write_text("{}", encoding="utf-8")
    body = {"release_id": identity, "as_of": "2026-11-20", "fiscal_year": 2026, "code_version": "0"}
    (folder / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute(f"create table mart_stage as select 2026 as fiscal_year, '{stage}' as stage")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    make_release(made, "one", "始動")
    make_release(made, "two", "協働")
    switch(made, "one")
    return made


def test_a_query_gives_names_and_rows(settings: Settings) -> None:
    assert query(settings, "select stage, fiscal_year from mart_stage") == (
        ["stage", "fiscal_year"],
        [("始動", 2026)],
    )


@pytest.mark.parametrize(
    "text",
    [
        "create table t as select 1",
        "update mart_stage set stage = 'x'",
        "drop table mart_stage",
        "copy mart_stage to '/tmp/out.csv'",
        "select * from read_text('/etc/hostname')",
        "select * from '/etc/hostname'",
        "select * from glob('/*')",
        "attach '/tmp/other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '1GB'",
        "export database '/tmp/out'",
    ],
)
def test_a_query_can_neither_write_nor_reach_a_file_nor_change_a_setting(
    settings: Settings, text: str
) -> None:
    before = (settings.releases / "one" / "warehouse.duckdb").read_bytes()
    with pytest.raises(KyosoError) as caught:
        query(settings, text)
    assert caught.value.exit_code == 2
    assert (settings.releases / "one" / "warehouse.duckdb").read_bytes() == before


def test_a_mistyped_query_says_how_to_find_names(settings: Settings) -> None:
    with pytest.raises(KyosoError, match="問い合わせを実行できません") as caught:
        query(settings, "selec 1")
    assert "show tables" in caught.value.todo


def test_without_a_release_the_reader_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KyosoError, match="まだ公開版がありません") as caught:
        connect(Settings(tmp_path, tmp_path / "home", 2026, date(2026, 11, 20)))
    assert "kyoso nightly" in caught.value.todo


def test_a_warehouse_that_is_damaged_is_told_without_a_trace(settings: Settings) -> None:
    (settings.releases / "one" / "warehouse.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(KyosoError, match="公開版を開けません") as caught:
        query(settings, "select 1")
    assert "releases restore" in caught.value.todo


def test_a_reader_keeps_its_release_across_the_switch_and_the_next_one_sees_the_new(
    settings: Settings,
) -> None:
    with duckdb.connect(str(settings.warehouse), read_only=True) as before:
        assert before.sql("select stage from mart_stage").fetchall() == [("始動",)]
        switch(settings, "two")
        assert before.sql("select stage from mart_stage").fetchall() == [("始動",)]
        assert query(settings, "select stage from mart_stage")[1] == [("協働",)]


def test_an_answer_and_what_it_says_of_its_release_come_out_of_the_same_one(settings: Settings) -> None:
    reading = held(settings)
    switch(settings, "two")
    assert query(reading, "select stage from mart_stage")[1] == [("始動",)]
    assert release_manifest(reading)["release_id"] == "one"
    assert release_manifest(held(settings))["release_id"] == "two"


def test_a_plain_connection_and_pandas_in_another_process_read_it_too(settings: Settings) -> None:
    code = (
        "import duckdb, sys\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(con.sql('select * from mart_stage').df().to_csv(index=False))"
    )
    with connect(settings):
        ran = subprocess.run(
            [sys.executable, "-c", code, str(settings.warehouse)], capture_output=True, text=True, check=True
        )
    assert ran.stdout.split() == ["fiscal_year,stage", "2026,始動"]
