"""`kyoso demo`: a fictional programme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import app, out
from pipelines.cli.usage import Command


@app.command(cls=Command)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="フォルダ", help="作る場所")],
    municipalities: Annotated[
        int,
        typer.Option(
            metavar="数", min=4, max=1741, help="団体の数(4〜1741)。30を超える分は架空の県の架空の団体"
        ),
    ] = 30,
    mess: Annotated[float, typer.Option(metavar="割合", min=0, max=1, help="乱れの割合(0〜1)")] = 1.0,
    seed: Annotated[int, typer.Option(metavar="数", help="種。同じ種なら同じファイル")] = 1,
    effect_sd: Annotated[
        float | None,
        typer.Option(
            "--effect-sd",
            metavar="倍",
            min=-3,
            max=3,
            help="派遣を受けた団体のR8の評点を、基準時の標準偏差の何倍伸ばすか(既定は見本の話のまま)",
        ),
    ] = None,
    years: Annotated[
        int, typer.Option(metavar="数", min=1, max=5, help="令和8年度までの何年度分か(1〜5)")
    ] = 4,
    workbooks: Annotated[
        int,
        typer.Option(
            metavar="数", min=0, max=100_000, help="表計算ファイルがこの数になるまで相談記録を足す(10万まで)"
        ),
    ] = 0,
    messages: Annotated[
        int,
        typer.Option(metavar="数", min=0, max=100_000_000, help="チャットの投稿をこの数だけ足す(1億まで)"),
    ] = 0,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="資料", help="この資料だけ作る。例: visit_log(くり返し指定できる)"),
    ] = None,
) -> None:
    """架空の事業のファイル一式を作る(見本・研修・試験・負荷試験用)。"""
    from pipelines.demo.programme import Load, make_programme

    made = make_programme(
        folder,
        seed=seed,
        count=municipalities,
        mess=mess,
        effect_sd=effect_sd,
        load=Load(years, workbooks, messages, frozenset(only or ())),
    )
    out.print(f"架空データのファイルを {made.file_count:,} 件作りました: {folder}")
