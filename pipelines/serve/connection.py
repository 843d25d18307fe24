"""Read-only connections to the current release: no file, no network and no setting can be reached from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

CONFIG: dict[str, str | bool] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
}


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the current release for reading, also while a night is running.

    Raises:
        KyosoError: nothing has been released yet, or the file cannot be opened.
    """
    import duckdb

    path = warehouse_of(settings)
    try:
        return duckdb.connect(str(path), read_only=True, config=dict(CONFIG))
    except duckdb.Error as error:
        raise KyosoError(
            f"公開版を開けません({_first_line(error)})。",
            where=str(path),
            todo="読む権限を確かめてください。ファイルが壊れているときは kyoso releases restore で前の版に戻せます。",
        ) from error


def warehouse_of(settings: Settings) -> Path:
    """The DuckDB file of the current release, its links followed."""
    if not settings.warehouse.exists():
        raise KyosoError(
            "まだ公開版がありません(公開したものは、すべて取り消されている場合があります)。",
            where=str(settings.home),
            todo="kyoso releases で確かめ、kyoso nightly を実行してください。見本なら make nightly です。",
        )
    return settings.warehouse.resolve()


def held(settings: Settings) -> Settings:
    """Settings that stay with the release that is current now, for whoever reads more than once for one answer.

    A release's folder holds its warehouse by the same name as a home does.
    """
    return replace(settings, home=warehouse_of(settings).parent)


def release_manifest(settings: Settings) -> dict[str, Any]:
    """What the current release was made from."""
    text = (warehouse_of(settings).parent / "manifest.json").read_text(encoding="utf-8")
    manifest: dict[str, Any] = json.loads(text)
    return manifest


def query(settings: Settings, text: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Run one query on the current release.

    Returns:
        Column names, and all rows.

    Raises:
        KyosoError: there is no release, or DuckDB refuses the query (exit code 2).
    """
    import duckdb

    if not text.strip():
        raise KyosoError(
            "問い合わせが空です。",
            todo='例: kyoso sql "show tables"。よく使うものは kyoso sql --list で見られます。',
            exit_code=2,
        )
    with connect(settings) as con:
        try:
            cursor = con.execute(text)
        except duckdb.Error as error:
            raise KyosoError(
                f"問い合わせを実行できません。\n{str(error).strip()}",
                todo="表の名前は show tables、列の名前は describe 表名 で確かめられます。公開版は読み取り専用です。",
                exit_code=2,
            ) from error
        return [column[0] for column in cursor.description or []], cursor.fetchall()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
