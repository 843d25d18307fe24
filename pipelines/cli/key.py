"""`kyoso key`: the pseudonym key, and its renewal."""

from __future__ import annotations

import typer

from pipelines.cli.options import Home, Raw, app, out, settings_of
from pipelines.cli.releases import By, Reason
from pipelines.cli.usage import Command, Group

key_app = typer.Typer(cls=Group, help="仮名の鍵の交換", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(key_app, name="key")


@key_app.callback()
def key() -> None:
    """仮名の鍵の交換。"""


@key_app.command("rotate", cls=Command)
def rotate(reason: Reason, home: Home = None, raw: Raw = None, by: By = None) -> None:
    """仮名の鍵を新しくする。以前の仮名と同じ人かどうかは、だれにも分からなくなる。

    次の夜間処理が、原本のあるすべての受領ファイルを新しい鍵で読み直す。保存期間が過ぎて件数だけが残るチャットは、以前の仮名のまま。
    公開中の版と発行した版の仮名も、そのまま残る。

    終了コード: 0 交換した / 1 失敗 / 2 見本の鍵・理由がない / 4 別の処理が実行中
    """
    from pipelines.ingest.ledger import Ledger
    from pipelines.serve.key import key_file
    from pipelines.serve.key import rotate as renew

    settings = settings_of(raw, home)
    kept = len(Ledger(settings.ledger).replacements)
    made = renew(settings, reason, by)
    out.print(made.line, markup=False)
    out.print(f"新しい鍵の控えを、別の場所に取ってください: {key_file(settings)}", markup=False)
    out.print(
        "次の kyoso nightly が、控えのすべてのファイルを読み直します。同じ鍵を使うほかの保管場所も、新しい鍵になります。"
    )
    if kept:
        out.print(
            f"原本の保存期間が過ぎたチャット{kept}件は読み直せず、以前の仮名のままです。今の仮名と同じ人かは分かりません。"
            "人数を二重に数えるおそれのある月は、報告書が示します。"
        )
