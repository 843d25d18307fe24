"""`kyoso nightly`: one night, from received files to a release."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import AsOf, Home, Raw, Year, app, err, out, settings_of, show_error
from pipelines.cli.usage import Command


@app.command(cls=Command)
def nightly(
    raw: Raw = None,
    home: Home = None,
    fiscal_year: Year = None,
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="検査と報告書まで行い、公開はしない")] = False,
) -> None:
    """受領から公開まで、一晩の処理を行う。

    終了コード: 0 公開した・新しいものがない / 1 失敗 / 2 使い方の誤り / 3 検査に不合格 / 4 別の処理が実行中
    """
    settings = settings_of(raw, home, fiscal_year, as_of)
    from pipelines.cli.console import NightReport
    from pipelines.run import run_night

    report = NightReport(out)
    try:
        result = run_night(settings, is_dry_run=dry_run, progress=report.progress)
    finally:
        report.stop_progress()
    report.finish(result)
    for problem in result.night.untold:
        err.print(problem, markup=False)
    if result.error:
        show_error(result.error)
    raise typer.Exit(result.exit_code)
