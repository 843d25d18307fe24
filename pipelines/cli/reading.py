"""`kyoso status` and `kyoso sql`: what was received, and what the release says."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import Command
from pipelines.errors import KyosoError
from pipelines.settings import TOKYO

TOO_OLD = 5


@app.command(cls=Command)
def status(
    home: Home = None,
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="時間", help="公開版がこれより古ければ終了コード5。例: 36h")
    ] = "36h",
) -> None:
    """提出の状況、未解決の指摘、公開版の新しさを示す。終了コード: 0 新しい / 5 古い・まだない"""
    import json

    settings = settings_of(home=home)
    path = settings.status_dir / "latest.json"
    if not path.exists():
        raise KyosoError(
            "まだ一度も実行されていません。",
            where=str(settings.home),
            todo="kyoso nightly を実行してください。",
            exit_code=TOO_OLD,
        )
    from pipelines.cli.console import print_status

    latest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    print_status(out, latest, settings.status_dir)
    released = latest.get("released_at")
    age = (
        (datetime.now(TOKYO) - datetime.fromisoformat(released)).total_seconds() / 3600 if released else None
    )
    if age is None or age > _hours(max_age):
        out.print(f"公開版が古いか、まだありません(許容 {max_age})。")
        raise typer.Exit(TOO_OLD)


def _hours(text: str) -> float:
    units = {"h": 1.0, "d": 24.0, "m": 1 / 60}
    try:
        return float(text[:-1]) * units[text[-1]]
    except (ValueError, KeyError, IndexError):
        raise KyosoError(
            f"時間「{text}」は読めません。", todo="36h、2d、90m のように書いてください。", exit_code=2
        ) from None


@app.command(cls=Command)
def sql(
    query: Annotated[str, typer.Argument(metavar="問い合わせ", help='例: "select * from mart_kpi limit 5"')],
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSVで書き出す")] = False,
) -> None:
    """公開版に読み取り専用で問い合わせる。夜間の処理中でも使える。空欄は値なし(NULL)。"""
    from pipelines.cli.console import print_rows
    from pipelines.serve.connection import query as run_query

    settings = settings_of(home=home)
    names, rows = run_query(settings, query)
    print_rows(out, names, rows, is_csv=csv)
