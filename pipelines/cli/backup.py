"""`kyoso backup`: what cannot be made again, copied to an ordinary folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import Home, Raw, app, err, out, settings_of
from pipelines.cli.usage import Command

if TYPE_CHECKING:
    from pipelines.settings import Settings

SPOILED = 3
_SHOWN = 20


@app.command(cls=Command)
def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="フォルダ", help="控えを置くフォルダ(2回目からは増えた分だけ写す)")
    ],
    home: Home = None,
    raw: Raw = None,
    with_key: Annotated[bool, typer.Option("--with-key", help="仮名の鍵も写す(既定では写さない)")] = False,
    is_verify: Annotated[
        bool, typer.Option("--verify", help="控えにある全ファイルを、ハッシュ値で確かめ直す")
    ] = False,
) -> None:
    """作り直せないもの(受領ファイルの控え、発行した版、3つの台帳)を、別のフォルダに写す。夜間処理の途中でも取れる。

    途中で止まっても、前の控えは失われない。もう一度実行すれば続きから写す。

    終了コード: 0 取れた / 1 失敗 / 2 使い方の誤り / 3 元か控えに壊れたものがある / 4 同じ場所に控えを取っている最中
    """
    from pipelines.serve.backup import back_up

    settings = settings_of(raw, home)
    with err.status("控えを取っています") as status:
        done = back_up(
            settings,
            folder,
            with_key=with_key,
            progress=lambda number, total: status.update(f"控え {number:,}/{total:,}"),
        )
    out.print(
        f"控えを取りました: {folder}(写した {done.copied:,}件 {done.copied_bytes / 2**20:,.1f}MB、前からある {done.kept:,}件)",
        markup=False,
    )
    if with_key:
        out.print("仮名の鍵も写しました。このフォルダを、ほかの人が開けない所に置いてください。")
    troubles = [f"保管場所で壊れているため、写していません: {text}" for text in done.spoiled]
    if is_verify:
        troubles += _verified(replace(settings, home=folder.absolute()))
    for text in troubles[:_SHOWN]:
        err.print(text, style="red", markup=False)
    if len(troubles) > _SHOWN:
        err.print(f"ほか{len(troubles) - _SHOWN}件")
    if troubles:
        err.print("すること: kyoso doctor で確かめてください。", style="red")
        raise typer.Exit(SPOILED)


def _verified(there: Settings) -> list[str]:
    from pipelines.serve.doctor import KEPT_FOR_EVER, examine
    from pipelines.serve.doctor.trouble import quiet

    found = [t for e in examine(there, quiet, KEPT_FOR_EVER) for t in e.troubles]
    if not found:
        out.print("控えの全ファイルを確かめました。異常はありません。")
    return [f"控え: {trouble.what}({trouble.where})" for trouble in found]
