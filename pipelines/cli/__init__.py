"""The command line: `kyoso`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import typer

# isort: off
# Each module adds its commands to the program, in the order in which the help lists them.
from pipelines.cli import night, check, reading, sql, trace, whatif, form, issue, releases  # noqa: F401
from pipelines.cli import doctor, backup, retention, key, notify, demo, serve  # noqa: F401

# isort: on

from pipelines.cli.options import app, err, show_error
from pipelines.cli.usage import usage_error
from pipelines.errors import explained
from pipelines.settings import TOKYO

INTERRUPTED = 130


def main() -> None:
    """Run a command; errors end in Japanese sentences and the documented exit code."""
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="kyoso", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except typer.TyperException as error:
        code = show_error(usage_error(error))
    except Exception as error:
        place = Path(tempfile.gettempdir()) / "kyoso"
        code = show_error(explained(error, place, f"{datetime.now(TOKYO):%Y%m%d-%H%M%S}"))
    if code == INTERRUPTED:
        err.print("中断しました。公開版はそのままです。")
    sys.exit(code or 0)
