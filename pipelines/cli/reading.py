"""`kyoso status`: what was received, and how old the release is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import Command
from pipelines.errors import KyosoError
from pipelines.settings import TOKYO


@app.command(cls=Command)
def status(
    home: Home = None,
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="時間", help="公開版がこれより古ければ終了コード5。例: 36h")
    ] = "36h",
) -> None:
    """提出の状況、未解決の指摘、公開版の新しさを示す。終了コード: 0 新しい / 5 古い・まだない"""
    from pipelines.cli.console import print_status
    from pipelines.serve.freshness import TOO_OLD, freshness, latest_attempt

    allowed = _hours(max_age)
    settings = settings_of(home=home)
    latest = latest_attempt(settings)
    now = freshness(settings, datetime.now(TOKYO))
    print_status(out, latest, now, settings.status_dir)
    if not now.is_within(allowed):
        out.print(now.trouble or f"公開版が古いままです({now.hours:.0f}時間たっています。許容 {max_age})。")
        raise typer.Exit(TOO_OLD)


def _hours(text: str) -> float:
    units = {"h": 1.0, "d": 24.0, "m": 1 / 60}
    try:
        return float(text[:-1]) * units[text[-1]]
    except (ValueError, KeyError, IndexError):
        raise KyosoError(
            f"時間「{text}」は読めません。", todo="36h、2d、90m のように書いてください。", exit_code=2
        ) from None
