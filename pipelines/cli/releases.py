"""`kyoso releases`: what was published, and going back."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import Command, Group
from pipelines.errors import KyosoError

releases_app = typer.Typer(
    cls=Group, help="公開版の一覧と切替え", invoke_without_command=True, rich_markup_mode=None
)
app.add_typer(releases_app, name="releases")


@releases_app.callback()
def releases_default(context: typer.Context, home: Home = None) -> None:
    """公開版の一覧を示す。"""
    if context.invoked_subcommand is None:
        releases_list(home)


@releases_app.command("list", cls=Command)
def releases_list(home: Home = None) -> None:
    """公開版の一覧を示す。"""
    from pipelines.cli.console import print_rows
    from pipelines.serve.release import releases

    found = releases(settings_of(home=home))
    if not found:
        raise KyosoError("公開版がありません。", todo="kyoso nightly を実行してください。")
    rows = [
        (
            "→" if r.is_current else "",
            r.release_id,
            r.manifest["as_of"],
            r.manifest["fiscal_year"],
            r.manifest["code_version"],
        )
        for r in found
    ]
    print_rows(out, ["現在", "版", "基準日", "年度", "プログラム"], rows)


@releases_app.command("restore", cls=Command)
def releases_restore(
    release_id: Annotated[str, typer.Argument(metavar="版", help="戻したい版")], home: Home = None
) -> None:
    """以前の公開版に戻す。"""
    from pipelines.serve.lock import WriterLock
    from pipelines.serve.release import switch

    settings = settings_of(home=home)
    with WriterLock(settings):
        switch(settings, release_id)
    out.print(
        f"公開版を {release_id} に切り替えました。次に kyoso nightly が公開するまで、この版が読まれます。"
    )
