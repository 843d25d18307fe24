"""`kyoso form`: blank forms, and the list that says which is for whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import AsOf, Home, Year, app, out, settings_of
from pipelines.cli.usage import Command
from pipelines.errors import KyosoError

if TYPE_CHECKING:
    from pipelines.report.form import Deadline
    from pipelines.settings import Settings

_EVERY = "全団体"
_DEADLINES = """
    select dataset, period, scope, due_date
    from staging.stg_policy__submission_deadlines
    order by due_date, dataset, period
"""


@app.command(cls=Command)
def form(
    folder: Annotated[Path, typer.Argument(metavar="フォルダ", help="様式を書き出す場所")],
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="資料", help="この資料か様式だけ。例: visit_log(くり返し指定できる)"),
    ] = None,
    municipality: Annotated[
        list[str] | None,
        typer.Option(metavar="団体", help="団体名を記入済みにする。例: 海南市、全団体(くり返し指定できる)"),
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="月", help="報告対象月を記入済みにする。例: R8.6")
    ] = None,
    fiscal_year: Year = None,
    home: Home = None,
    as_of: AsOf = None,
) -> None:
    """記入用の空の様式(Excel)と様式一覧を作る。すでにあるファイルは上書きしない。"""
    from pipelines.cli.console import print_rows
    from pipelines.report.form import FormPlan, Prefill, forms_to_fill, write_forms
    from pipelines.report.form.index import INDEX_NAME

    settings = settings_of(home=home, year=fiscal_year, as_of=as_of)
    _know_municipalities(settings)
    codes = _codes(municipality or [])
    first = _month(month)
    datasets = forms_to_fill(source or [], for_municipality=bool(codes))
    plans = [
        FormPlan(dataset, Prefill(settings.fiscal_year, code, first))
        for dataset in datasets
        for code in codes or [""]
    ]
    written = write_forms(folder, plans, _deadlines(settings))
    rows = [
        (plan.dataset.label, plan.version, path.relative_to(folder))
        for plan, path in zip(plans, written, strict=True)
    ]
    if len(rows) <= len(datasets):
        print_rows(out, ["様式", "版", "ファイル"], rows)
    out.print(f"様式を {len(written)} 件書き出しました: {folder}", markup=False)
    out.print(f"だれが・いつまでに・どのフォルダへ: {folder / INDEX_NAME}", markup=False)


def _know_municipalities(settings: Settings) -> None:
    """Those of the current release; before the first one, the default's."""
    from pipelines.serve.connection import connect
    from pipelines.serve.register import use_released_municipalities

    if settings.warehouse.exists():
        with connect(settings) as con:
            use_released_municipalities(con)


def _codes(names: list[str]) -> list[str]:
    from pipelines.ingest.japanese.reading import Unreadable
    from pipelines.ingest.municipalities import municipalities, parse_municipality

    if _EVERY in names:
        return list(municipalities())
    codes = []
    for name in names:
        try:
            codes.append(str(parse_municipality(name).value))
        except Unreadable as error:
            near = f"「{error.suggestion}」ではありませんか。" if error.suggestion else "例: 海南市"
            raise KyosoError(
                f"--municipality「{name}」は県内の市町村として読めません。", todo=near, exit_code=2
            ) from None
    return codes


def _month(text: str | None) -> date | None:
    from pipelines.ingest.japanese.dates import parse_month
    from pipelines.ingest.japanese.reading import Unreadable

    if not text:
        return None
    try:
        found: date = parse_month(text).value
    except Unreadable as error:
        raise KyosoError(
            f"--month「{text}」は月として読めません。{error.message}",
            todo="R8.6 や 2026-06 のように書いてください。",
            exit_code=2,
        ) from None
    return found


def _deadlines(settings: Settings) -> list[Deadline]:
    """What the current release knows of deadlines from the as-of date on; nothing before the first release."""
    from pipelines.ingest.contracts import code_books
    from pipelines.report.form import Deadline
    from pipelines.serve.connection import query

    if not settings.warehouse.exists():
        return []
    scopes = {code: texts[0] for code, texts in code_books()["submission_scopes"].items()}
    _, rows = query(settings, _DEADLINES)
    found = [
        Deadline(str(dataset), str(period), scopes.get(str(scope), str(scope)), due)
        for dataset, period, scope, due in rows
        if isinstance(due, date)
    ]
    return [deadline for deadline in found if deadline.due >= settings.as_of]
