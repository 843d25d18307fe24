"""`kyoso sql`: a question put to the release, typed or kept, answered on the screen, as CSV or in Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Home, app, err, out, settings_of
from pipelines.cli.usage import USAGE_ERROR, Command
from pipelines.errors import KyosoError


@app.command(cls=Command)
def sql(
    query: Annotated[
        str, typer.Argument(metavar="問い合わせ", help='例: "select * from mart_kpi limit 5"')
    ] = "",
    saved: Annotated[
        str, typer.Option("--saved", metavar="名前", help="よく使う問い合わせの名前か番号。--list で一覧")
    ] = "",
    show_list: Annotated[bool, typer.Option("--list", help="よく使う問い合わせの一覧を示す")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSVで書き出す")] = False,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="ファイル", help="日本語の見出しを付けてExcelに書き出す")
    ] = None,
    home: Home = None,
) -> None:
    """公開版に読み取り専用で問い合わせる。夜間の処理中でも使える。空欄は値なし(NULL)。

    表と列の意味は、公開版の reports/data_dictionary.html にある。
    """
    from pipelines.cli.console import print_rows
    from pipelines.report.dictionary.queries import kept_queries
    from pipelines.serve.connection import held
    from pipelines.serve.connection import query as run_query

    if show_list:
        print_rows(
            out, ["番号", "名前", "問い"], [(q.number, q.name, q.title) for q in kept_queries()], is_csv=csv
        )
        return
    text = _kept(saved, query) if saved else query
    settings = settings_of(home=home)
    if xlsx is not None:
        # The rows and the sheet about their release are read one after the other.
        settings = held(settings)
    names, rows = run_query(settings, text)
    if xlsx is None:
        print_rows(out, names, rows, is_csv=csv)
        return
    from pipelines.serve.answer_book import write_answer

    path = write_answer(settings, text, names, rows, xlsx)
    out.print(f"{len(rows):,}行を書き出しました: {path}", markup=False)


def _kept(name: str, query: str) -> str:
    from pipelines.report.dictionary.queries import kept_queries, kept_query

    if query:
        raise KyosoError(
            "問い合わせと --saved は、どちらか一方だけを書いてください。",
            todo="例: kyoso sql --saved lead_only",
            exit_code=USAGE_ERROR,
        )
    found = kept_query(name)
    if found is None:
        raise KyosoError(
            f"「{name}」という問い合わせはありません。",
            todo=f"次のいずれかを書いてください: {'、'.join(q.name for q in kept_queries())}",
            exit_code=USAGE_ERROR,
        )
    # Beside the answer, not in it: what reads the output as CSV must find the rows alone.
    err.print(f"{found.title}: {found.note}", markup=False)
    return found.text
