"""Dagster's history of runs. If it only grows, it fills the disk that the releases lie on."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy

from pipelines.errors import KyosoError
from pipelines.history import POSTGRES, close_history, forget_old_runs, open_history
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DAGSTER_HOME", "")
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))


@dg.op
def do_something() -> None:
    """One step of a run."""


@dg.job(executor_def=dg.in_process_executor)
def small_job() -> None:
    """A run with a history of its own."""
    do_something()


def runs_on_disk(settings: Settings) -> int:
    return sum(1 for path in (settings.home / "dagster/history/runs").glob("*.db") if path.stem != "index")


def test_only_the_newest_runs_are_kept_with_all_they_left_on_the_disk(settings: Settings) -> None:
    with open_history(settings) as instance:
        ran = [small_job.execute_in_process(instance=instance).run_id for _ in range(2)]
        storage = settings.home / "dagster" / "storage"
        for run_id in ran:
            (storage / run_id).mkdir(parents=True, exist_ok=True)
        assert forget_old_runs(instance, keep=1) == [ran[0]]
        assert set(instance.get_run_ids()) == set(ran[1:])
        assert {path.name for path in storage.iterdir()} == set(ran[1:])
        assert forget_old_runs(instance, keep=1) == []
    assert runs_on_disk(settings) == 1


def test_runs_of_partitions_go_with_their_night_and_leave_nights_their_places(settings: Settings) -> None:
    of_part = {"dagster/partition": "30_和歌山県"}
    with open_history(settings) as instance:
        ran = [
            small_job.execute_in_process(instance=instance, tags=tags).run_id
            for tags in 2 * ({}, of_part, of_part)
        ]
        assert forget_old_runs(instance, keep=2) == []
        assert forget_old_runs(instance, keep=1) == [ran[0]]
        assert set(instance.get_run_ids()) == set(ran[1:])


def test_a_run_that_was_killed_is_not_shown_as_running_forever(settings: Settings) -> None:
    with open_history(settings) as instance:
        killed = instance.create_run_for_job(small_job, status=dg.DagsterRunStatus.STARTED)
        forget_old_runs(instance)
        found = instance.get_run_by_id(killed.run_id)
        assert found is not None
        assert found.status == dg.DagsterRunStatus.FAILURE


def test_a_history_that_was_spoiled_is_put_aside_and_begun_anew(settings: Settings) -> None:
    with open_history(settings) as instance:
        small_job.execute_in_process(instance=instance)
    close_history()
    for path in (settings.home / "dagster/history").rglob("*.db"):
        path.write_bytes(b"no database" * 500)
    with open_history(settings) as instance:
        assert small_job.execute_in_process(instance=instance).success
        assert len(instance.get_run_ids()) == 1
    assert (settings.home / "dagster.broken").is_dir()


def test_a_postgres_that_does_not_answer_is_told_and_no_file_is_put_aside(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_history(settings) as instance:
        small_job.execute_in_process(instance=instance)
    close_history()
    monkeypatch.setenv(POSTGRES, "postgresql://kyoso:secret@127.0.0.1:1/dagster")
    with pytest.raises(KyosoError, match="PostgreSQLにつながりません") as caught:
        open_history(settings)
    assert POSTGRES in caught.value.todo
    assert "secret" not in f"{caught.value.where}{caught.value.todo}"
    assert runs_on_disk(settings) == 1
    assert not (settings.home / "dagster.broken").exists()


def test_pages_lost_with_the_power_in_the_middle_of_a_night_are_seen_before_the_next(
    settings: Settings, tmp_path: Path
) -> None:
    with open_history(settings) as instance:
        small_job.execute_in_process(instance=instance)
    after = replace(settings, home=tmp_path / "after")
    shutil.copytree(settings.home, after.home)
    index = after.home / "dagster" / "history" / "runs" / "index.db"
    assert index.with_name("index.db-wal").exists()
    whole = index.read_bytes()
    index.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    index.with_name("index.db-wal").write_bytes(b"")
    with open_history(after) as instance:
        assert small_job.execute_in_process(instance=instance).success
    assert (after.home / "dagster.broken").is_dir()


def test_a_statement_is_compiled_once_for_a_database_and_not_once_for_every_event(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    create_engine = sqlalchemy.create_engine

    def counted(url: str, **options: object) -> sqlalchemy.Engine:
        made.append(url)
        return create_engine(url, **options)

    monkeypatch.setattr(sqlalchemy, "create_engine", counted)
    monkeypatch.setattr("dagster._core.storage.sql.create_engine", counted)
    with open_history(settings) as instance:
        for _ in range(2):
            small_job.execute_in_process(instance=instance)
    assert made
    assert len(made) == len(set(made))


def test_a_database_is_connected_to_once_and_is_one_whole_file_in_the_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    connect = sqlite3.connect

    def counted(database: str, *arguments: object, **options: object) -> sqlite3.Connection:
        connected.append(database)
        return connect(database, *arguments, **options)  # type: ignore[call-overload, no-any-return]

    # The first run makes the databases, which takes connections of its own.
    with open_history(settings) as instance:
        small_job.execute_in_process(instance=instance)
        monkeypatch.setattr(sqlite3.dbapi2, "connect", counted)
        small_job.execute_in_process(instance=instance)
    close_history()
    assert connected
    assert len(connected) <= 2 * len(set(connected)), "a handful a database, however many events"
    assert list((settings.home / "dagster" / "history").rglob("*-wal")) == []
