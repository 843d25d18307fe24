"""The history of runs that Dagster's page shows. It is no record of ours: ledger, verdict and manifest are."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.settings import CHECKOUT, Settings

# A run leaves a database of more than a megabyte behind; a quarter of a year is enough to look back at.
KEPT_RUNS = 100
# Where the history is a PostgreSQL: several machines write to it. Its files in the home otherwise.
POSTGRES = "KYOSO_DAGSTER_POSTGRES"
_PARTITION = "dagster/partition"


def open_history(settings: Settings) -> Any:
    """Dagster's instance. Should a power failure have spoiled its files, they are put aside and begun anew.

    Raises:
        KyosoError: it is kept in a PostgreSQL that does not answer.
    """
    import dagster as dg
    import sqlalchemy

    _hurry_sqlite()
    close_history()
    home = prepare_dagster_home(settings)
    if os.environ.get(POSTGRES):
        return _in_postgres()
    try:
        _need_whole(home / "history")
        return dg.DagsterInstance.get()
    except (sqlalchemy.exc.DatabaseError, sqlite3.DatabaseError):
        close_history()
        broken = home.with_name("dagster.broken")
        shutil.rmtree(broken, ignore_errors=True)
        home.rename(broken)
        prepare_dagster_home(settings)
        return dg.DagsterInstance.get()


def _in_postgres() -> Any:
    import dagster as dg
    import sqlalchemy
    from dagster_postgres.utils import DagsterPostgresException

    try:
        return dg.DagsterInstance.get()
    except (sqlalchemy.exc.DatabaseError, DagsterPostgresException) as error:
        raise KyosoError(
            "Dagsterの記録を置くPostgreSQLにつながりません。前回の公開版はそのままです。",
            where=str(error.__cause__ or error).splitlines()[0],
            todo=f"PostgreSQLが動いていることと、環境変数 {POSTGRES} を確かめてください。"
            "例: postgresql://kyoso:合言葉@127.0.0.1:5432/dagster",
        ) from error


def _need_whole(history: Path) -> None:
    """Look closer at databases that a run left without disconnecting: it was killed, or the power failed.

    Raises:
        sqlite3.DatabaseError: one is spoiled.
    """
    for log in history.rglob("*.db-wal"):
        with closing(sqlite3.connect(log.with_suffix(".db"))) as connection:
            (found,) = connection.execute("pragma quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)


def forget_old_runs(instance: Any, keep: int = KEPT_RUNS) -> list[str]:
    """Delete all but the newest runs from the history, and close the books on runs that were killed.

    Runs of a partition, of which a night may have dozens, do not count; they go with the nights they belong to.
    """
    import dagster as dg

    runs = list(instance.get_runs())
    nights = [position for position, run in enumerate(runs) if _PARTITION not in run.tags]
    old = [run.run_id for run in runs[nights[keep] :]] if len(nights) > keep else []
    for run_id in old:
        instance.delete_run(run_id)
        # Dagster empties the run's database but leaves its file.
        for left in (Path(instance.root_directory) / "history" / "runs").glob(f"{run_id}.db*"):
            left.unlink()
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    for run in instance.get_runs(unfinished):
        # The writer's lock is ours, so nobody is working on it any more. A partition's may just be beginning.
        if _PARTITION not in run.tags:
            instance.report_run_failed(run, "途中で終了しました。")
    return old


def _configuration(settings: Settings) -> str:
    """Dagster's configuration: runs one at a time and a history in files, unless somebody asked for more."""
    text = (CHECKOUT / "pipelines" / "dagster.yaml").read_text(encoding="utf-8")
    if settings.workers:
        text += (
            "run_coordinator:\n  module: dagster.core.run_coordinator\n  class: QueuedRunCoordinator\n"
            f"  config:\n    max_concurrent_runs: {settings.workers}\n"
        )
    if os.environ.get(POSTGRES):
        text += f"storage:\n  postgres:\n    postgres_url:\n      env: {POSTGRES}\n"
    return text


def _hurry_sqlite() -> None:
    """Record hundreds of small events without waiting for each.

    SQLite need not wait for the disk, for the history may be lost. And Dagster makes an engine for
    every statement, so that SQLAlchemy compiles every statement and opens the database anew; here a
    database has one engine, which stays connected until `close_history`.
    """
    import sqlalchemy
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage

    if not sqlalchemy.event.contains(sqlalchemy.engine.Engine, "connect", _do_not_wait_for_disk):
        sqlalchemy.event.listen(sqlalchemy.engine.Engine, "connect", _do_not_wait_for_disk)
    for module in (sqlite_event_log, sqlite_run_storage):
        vars(module)["create_engine"] = _engine_of


def close_history() -> None:
    """Disconnect from every database of the history, so that each is one whole file."""
    for engine in _engines.values():
        type(engine).dispose(engine)
    _engines.clear()


_engines: dict[str, Any] = {}


def _engine_of(url: str, **options: Any) -> Any:
    import sqlalchemy

    if url not in _engines:
        # Not Dagster's NullPool, which closes with every statement; nor its dispose, which follows every one.
        engine = sqlalchemy.create_engine(url, connect_args=options.get("connect_args") or {"timeout": 5})
        engine.dispose = lambda close=True: None  # type: ignore[method-assign]
        _engines[url] = engine
    return _engines[url]


def _do_not_wait_for_disk(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous=off")


def prepare_dagster_home(settings: Settings) -> Path:
    """Give Dagster a folder of its own in the home: SQLite, no telemetry, quiet."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    text = _configuration(settings)
    target = home / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    if url := os.environ.get(POSTGRES):
        # Without its driver's name a newer SQLAlchemy would look for another one than Dagster brings.
        os.environ[POSTGRES] = re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", url)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    # Hundreds of small events: written one by one they cost more than the models.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "200")
    return home
