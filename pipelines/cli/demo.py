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
    municipalities: Annotated[int, typer.Option(metavar="数", min=4, max=30, help="団体の数(4〜30)")] = 30,
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
) -> None:
    """架空の事業のファイル一式を作る(見本・研修・試験用)。"""
    from pipelines.demo.programme import make_programme

    made = make_programme(folder, seed=seed, count=municipalities, mess=mess, effect_sd=effect_sd)
    out.print(f"架空データのファイルを {made.file_count} 件作りました: {folder}")
