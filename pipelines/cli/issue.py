"""`kyoso issue`: the current release becomes an edition, numbered and kept for ever."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import USAGE_ERROR, Command
from pipelines.errors import KyosoError
from pipelines.fiscal_year import label
from pipelines.settings import today


@app.command(cls=Command)
def issue(
    edition: Annotated[
        str, typer.Option("--edition", metavar="版の種類", help="暫定 / 確定 / 追補。例: --edition 暫定")
    ],
    home: Home = None,
) -> None:
    """今の公開版を、番号のある版(暫定・確定・追補)として発行する。発行した版は変わらず、消えない。

    年度は、公開版の対象年度による。同じ公開版を同じ種類でもう一度発行しても、何も変わらない。

    終了コード: 0 発行した・発行済み / 1 失敗 / 2 使い方の誤り / 3 発行の条件を満たさない / 4 別の処理が実行中
    """
    from pipelines.serve.issue import issue as freeze

    settings = settings_of(home=home)
    issued = freeze(settings, _kind(edition), today())
    found = issued.edition
    if found.record["is_sample"]:
        out.print("【架空データ】")
    for entered in issued.entered:
        out.print(
            f"前の発行が途中で止まっていたため、{entered.name}({entered.edition_id})を発行台帳に記しました。"
        )
    if not issued.is_new:
        out.print(f"この公開版は、{found.name}({found.edition_id})として発行済みです。何も変えていません。")
    else:
        out.print(f"{found.name}({found.edition_id})を発行しました。")
        if found.fiscal_year != settings.fiscal_year:
            out.print(
                f"  年度: 公開版の対象年度は{label(found.fiscal_year)}です(今の既定は{label(settings.fiscal_year)})。"
            )
        previous = found.record["previous"] or "なし(この年度で最初の版)"
        out.print(f"  基準日: {found.as_of}  公開版: {found.release_id}  前の版: {previous}", markup=False)
    for path in sorted((found.folder / "reports").iterdir()):
        out.print(f"  報告書: {path}", markup=False)
    out.print(f"  集計: {found.folder / 'warehouse.duckdb'}", markup=False)


def _kind(typed: str) -> str:
    from pipelines.serve.editions import KINDS

    kind = typed.strip().removesuffix("版")
    if kind not in KINDS:
        raise KyosoError(
            f"--edition「{typed}」という版はありません。",
            todo=f"{'、'.join(KINDS)}のいずれかを書いてください。例: kyoso issue --edition 暫定",
            exit_code=USAGE_ERROR,
        )
    return kind
