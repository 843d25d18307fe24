"""`kyoso retention`: originals that are not kept for ever, and their replacement by counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import Home, Raw, app, err, out, settings_of
from pipelines.cli.releases import By
from pipelines.cli.usage import Command

if TYPE_CHECKING:
    from pipelines.settings import Settings


@app.command(cls=Command)
def retention(
    home: Home = None,
    raw: Raw = None,
    is_apply: Annotated[
        bool, typer.Option("--apply", help="保存期間の終わった原本を、件数のファイルに置き換える(戻せません)")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="理由", help="なぜ置き換えるか。受領台帳に残る")
    ] = "",
    by: By = None,
    with_unread: Annotated[
        bool,
        typer.Option(
            "--with-unread", help="読み取れていない原本も置き換える(あとから読み直すことはできません)"
        ),
    ] = False,
) -> None:
    """原本(チャットの書き出し)の保存期間を示す。--apply で、期間の終わった原本を、取り込んだ件数のファイルに置き換える。

    終了コード: 0 示した・置き換えた / 1 失敗 / 2 理由がない / 4 別の処理が実行中
    """
    from pipelines.serve.replacing import apply
    from pipelines.settings import today

    settings = settings_of(raw, home)
    if is_apply:
        with err.status("原本を置き換えています") as status:
            done = apply(
                settings,
                reason,
                by,
                today=today(),
                with_unread=with_unread,
                progress=status.update,
            )
        for original in done:
            made = original.replacement
            assert made is not None
            out.print(f"置き換えました: {original.receipt.path} → {made.replaced_by}", markup=False)
        out.print(f"{len(done)}件を置き換えました。" if done else "置き換えたものはありません。")
        if done:
            out.print("このあとすること:")
            out.print(
                f"  1. 受領フォルダに残る原本を削除する({settings.raw})。残っていれば下の一覧に出ます。",
                markup=False,
            )
            out.print("  2. kyoso backup を実行する(控えの原本も、件数のファイルに置き換わります)。")
            out.print("  3. ほかに写した控え(テープ、スナップショット)の原本も、決まりに従って消す。")
    _show(settings)


def _show(settings: Settings) -> None:
    from pipelines.cli.console import print_rows
    from pipelines.serve.retention import originals
    from pipelines.settings import today

    found = originals(settings)
    if not found:
        out.print("保存期間の決まった原本(チャットの書き出し)は、ありません。")
        return
    rows = []
    for original in found:
        if original.replacement:
            state = "置換え済み(受領フォルダに原本あり)" if original.is_in_raw else "置換え済み"
        else:
            state = "期間が終わった" if original.is_due(today()) else ""
        replaced = original.replacement.at[:10] if original.replacement else ""
        rows.append(
            (
                original.receipt.path,
                original.receipt.received_date.isoformat(),
                original.kept_until.isoformat(),
                state,
                replaced,
            )
        )
    print_rows(out, ["原本", "受領日", "保存する最後の日", "状態", "置き換えた日"], rows)
