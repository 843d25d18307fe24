"""`kyoso doctor`: whether everything that the home promises still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import Home, Raw, app, err, out, settings_of
from pipelines.cli.usage import Command

if TYPE_CHECKING:
    from pipelines.serve.doctor import Examined
    from pipelines.settings import Settings

FINDINGS = 3
_SHOWN = 20


@app.command(cls=Command)
def doctor(
    home: Home = None,
    raw: Raw = None,
    is_repair: Annotated[
        bool, typer.Option("--repair", help="作り直せるものを直す(台帳・発行した版・公開版には触らない)")
    ] = False,
) -> None:
    """部品・鍵・台帳・受領ファイルの控え・読み取った行・公開版・発行した版を確かめる。

    終了コード: 0 異常なし(すべて直した) / 1 失敗 / 2 使い方の誤り / 3 異常あり / 4 別の処理が実行中(--repair のとき)
    """
    from pipelines.serve.lock import WriterLock

    settings = settings_of(raw, home)
    if is_repair and settings.home.is_dir():
        with WriterLock(settings):
            count = _mend(settings)
        out.print(f"{count}件を直しました。" if count else "直せるものはありません。")
    left = sum(_show(examined) for examined in _examined(settings))
    if left:
        out.print(f"異常が{left}件あります。")
        raise typer.Exit(FINDINGS)
    out.print("異常はありません。")


def _examined(settings: Settings) -> list[Examined]:
    from pipelines.serve.doctor import examine

    if not err.is_terminal:
        return list(examine(settings, lambda name, done, total: None))
    with err.status("調べています") as status:
        return list(examine(settings, lambda name, done, total: status.update(f"{name} {done:,}/{total:,}")))


def _mend(settings: Settings) -> int:
    """Mend until nothing more can be mended: one thing may have hidden another."""
    count = 0
    for _ in range(3):
        mends = [t.mend for e in _examined(settings) for t in e.troubles if t.mend]
        if not mends:
            break
        for mend in mends:
            mend()
        count += len(mends)
    return count


def _show(examined: Examined) -> int:
    found = examined.troubles
    out.print(f"{'×' if found else '○'} {examined.name}" + (f": {len(found)}件" if found else ""))
    for trouble in found[:_SHOWN]:
        out.print(f"    {trouble.what}", markup=False)
        out.print(f"      場所: {trouble.where}", markup=False)
        out.print(f"      すること: {trouble.todo}", markup=False)
    if len(found) > _SHOWN:
        out.print(f"    ほか{len(found) - _SHOWN}件")
    return len(found)
