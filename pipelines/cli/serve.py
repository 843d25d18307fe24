"""`kyoso serve`: Dagster's page and schedule on this computer."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AsOf, Home, Raw, Year, app, out, settings_of
from pipelines.cli.usage import Command


@app.command(cls=Command)
def serve(
    raw: Raw = None,
    home: Home = None,
    fiscal_year: Year = None,
    as_of: AsOf = None,
    port: Annotated[int, typer.Option(metavar="番号", help="ポート")] = 3000,
) -> None:
    """Dagsterの画面と毎晩の予定を動かす(このコンピュータの中からだけ開ける)。"""
    from pipelines.history import prepare_dagster_home

    settings = settings_of(raw, home, fiscal_year, as_of)
    environment = os.environ | {
        "DAGSTER_HOME": str(prepare_dagster_home(settings)),
        "KYOSO_RAW": str(settings.raw),
        "KYOSO_HOME": str(settings.home),
        "KYOSO_AS_OF": as_of or "",
        "KYOSO_FISCAL_YEAR": str(settings.fiscal_year) if fiscal_year else "",
        "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded",
    }
    out.print(f"http://127.0.0.1:{port} を開いてください。終えるには Ctrl+C。")
    # A shell that starts a command with & has it ignore SIGINT, and Dagster would then ignore SIGTERM as well.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    binary = str(Path(sys.executable).with_name("dagster"))
    os.execve(
        binary,
        [binary, "dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)],
        environment,
    )
