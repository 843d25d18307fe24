"""`kyoso releases`: what was published and issued, what differs between two of them, and going back."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import Command, Group
from pipelines.errors import KyosoError
from pipelines.settings import Settings

releases_app = typer.Typer(
    cls=Group,
    help="公開版と発行した版の一覧、比較、切替え",
    invoke_without_command=True,
    rich_markup_mode=None,
)
app.add_typer(releases_app, name="releases")


@releases_app.callback()
def releases_default(context: typer.Context, home: Home = None) -> None:
    """公開版と発行した版の一覧を示す。"""
    if context.invoked_subcommand is None:
        releases_list(home)


@releases_app.command("list", cls=Command)
def releases_list(home: Home = None) -> None:
    """公開版と発行した版の一覧を示す。"""
    from pipelines.cli.console import print_rows
    from pipelines.serve.release import releases

    settings = settings_of(home=home)
    found = releases(settings)
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
    _list_editions(settings)


def _list_editions(settings: Settings) -> None:
    from pipelines.cli.console import print_rows
    from pipelines.serve.editions import editions, ledger_of, unrecorded

    names = ["発行した版", "番号", "発行日", "基準日", "公開版", "検査", "前の版", "ファイル"]
    rows = [
        (
            edition.name,
            edition.edition_id,
            edition.record["issued_on"],
            str(edition.as_of),
            edition.release_id,
            f"合格({edition.record['verdict']['checks']}件)",
            edition.record["previous"] or "",
            edition.state,
        )
        for edition in editions(settings)
    ]
    if rows:
        out.print()
        print_rows(out, names, rows)
    for edition in unrecorded(settings, ledger_of(settings)):
        out.print(
            f"注意: {edition.edition_id} は発行台帳にありません(発行が途中で止まったか、台帳の行が失われました)。"
            "次の kyoso issue が、確かめたうえで台帳に記します。"
        )


@releases_app.command("diff", cls=Command)
def releases_diff(
    before: Annotated[str, typer.Argument(metavar="前", help="公開版か発行した版の番号。例: R8-暫定-01")],
    after: Annotated[str, typer.Argument(metavar="後", help="比べる版の番号(既定は今の公開版)")] = "現在",
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSVで書き出す(ファイルの名前をすべて示す)")] = False,
) -> None:
    """2つの版の間で変わったKPIと、その原因のファイルを示す。"""
    from pipelines.cli.console import print_rows
    from pipelines.serve.compare import compare

    found = compare(settings_of(home=home), before, after)
    if csv:
        names = list(found.rows[0]) if found.rows else ["kpi_id"]
        print_rows(out, names, [tuple(row.values()) for row in found.rows], is_csv=True)
        return
    out.print(f"{found.before} → {found.after}", markup=False)
    if not found.rows:
        out.print("変わったKPIはありません。")
        return
    rows = [
        (
            row["kpi_id"],
            row["name_ja"] or "",
            row["fiscal_year"],
            row["municipality_code"] or "県全体",
            _plain(row["before_value"]),
            _plain(row["after_value"]),
            _plain(row["change"]),
            row["cause"],
            _files(row["files_in"], row["files_out"]),
        )
        for row in found.rows
    ]
    names = ["KPI", "名前", "年度", "団体", "前", "後", "差", "原因", "ファイル(+加わった −外れた)"]
    print_rows(out, names, rows)


def _plain(value: object) -> str:
    return "－" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def _files(added: str | None, removed: str | None) -> str:
    parts = []
    for sign, paths in (("+", added), ("−", removed)):
        names = paths.split("、") if paths else []
        if names:
            more = f" ほか{len(names) - 1}件" if len(names) > 1 else ""
            parts.append(f"{sign}{names[0]}{more}")
    return " ".join(parts)


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
