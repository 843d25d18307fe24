"""What the commands share: the program, where it prints, and the options that say where and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.cli.usage import Group
from pipelines.errors import KyosoError
from pipelines.settings import Settings, read_date, read_year

app = typer.Typer(
    cls=Group,
    help="共創: 市町村DX支援の評価。受領したファイルから、検査に合格した集計と年次評価報告書を作ります。",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Raw = Annotated[
    Path | None, typer.Option("--raw", metavar="フォルダ", help="受領ファイルのフォルダ(既定 raw)")
]
Home = Annotated[
    Path | None,
    typer.Option("--home", metavar="フォルダ", help="保管場所(既定 var、または KYOSO_HOME)"),
]
Year = Annotated[str | None, typer.Option("--fiscal-year", metavar="年度", help="対象年度。例: R8")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="日付", help="基準日。その日までに受領したものだけを使う。例: 2026-11-20"
    ),
]


def settings_of(
    raw: Path | None = None, home: Path | None = None, year: str | None = None, as_of: str | None = None
) -> Settings:
    """The settings that the options give."""
    return Settings.resolve(raw, home, read_year(year, "--fiscal-year"), read_date(as_of, "--as-of"))


def show_error(error: KyosoError) -> int:
    """Print an error and give its exit code."""
    err.print(f"エラー: {error}", style="red", markup=False)
    return error.exit_code
