"""`kyoso releases`: what was published and issued, what differs between two of them, and going back."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import Command, Group
from pipelines.errors import KyosoError
from pipelines.settings import Settings

_SHOWN_OPERATIONS = 20
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="なぜそうするか。運用台帳に残る")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="氏名", help="決めた人(既定はこのコンピュータの利用者名)"),
]
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
    from pipelines.serve.going_back import withdrawals
    from pipelines.serve.release import releases

    settings = settings_of(home=home)
    found, gone = releases(settings), withdrawals(settings)
    if not found:
        raise KyosoError("公開版がありません。", todo="kyoso nightly を実行してください。")
    rows = [
        (
            "→" if r.is_current else "",
            r.release_id,
            r.manifest["as_of"],
            r.manifest["fiscal_year"],
            r.manifest["code_version"],
            "取消し" if r.release_id in gone else "",
        )
        for r in found
    ]
    print_rows(out, ["現在", "版", "基準日", "年度", "プログラム", "状態"], rows)
    if not any(r.is_current for r in found):
        out.print("いま読まれている公開版はありません。")
    _list_editions(settings)
    _list_operations(settings)


def _list_operations(settings: Settings) -> None:
    from pipelines.serve.operations import operations

    if entries := operations(settings):
        out.print("\n運用台帳(新しい順):")
        for entry in reversed(entries[-_SHOWN_OPERATIONS:]):
            out.print(f"  {entry.line}", markup=False)


def _list_editions(settings: Settings) -> None:
    from pipelines.cli.console import print_rows
    from pipelines.serve.editions import editions, ledger_of, unrecorded
    from pipelines.serve.going_back import withdrawals

    names = ["発行した版", "番号", "発行日", "基準日", "公開版", "検査", "前の版", "ファイル", "状態"]
    gone = withdrawals(settings)
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
            "取消し" if edition.edition_id in gone else "",
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
    from pipelines.cli.changes import print_changed
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
    print_changed(out, found.rows)


@releases_app.command("restore", cls=Command)
def releases_restore(
    release_id: Annotated[str, typer.Argument(metavar="版", help="戻したい版の番号(前の方だけでもよい)")],
    home: Home = None,
    reason: Reason = "(記入なし)",
    by: By = None,
) -> None:
    """以前の公開版に戻す。届いた資料・設定・プログラム・年度のどれかが変わる夜まで、この版が読まれる。

    終了コード: 0 戻した / 1 失敗 / 2 その版がない・取り消されている・壊れている / 4 別の処理が実行中
    """
    from pipelines.serve.going_back import restore

    made = restore(settings_of(home=home), release_id, reason, by)
    out.print(f"公開版を {made.subject} に切り替えました。", markup=False)
    out.print(
        "日付のほかに何も変わらない夜は公開を控え、この版が読まれ続けます。控えるのをやめるには: kyoso releases resume"
    )


@releases_app.command("withdraw", cls=Command)
def releases_withdraw(
    name: Annotated[str, typer.Argument(metavar="版", help="公開版か発行した版の番号。例: R8-暫定-01")],
    reason: Reason,
    home: Home = None,
    by: By = None,
) -> None:
    """公開版を取り消す(読まれなくなり、戻せなくなる)。発行した版には取消しの印が付く。どちらも消さない。

    終了コード: 0 取り消した・取消し済み / 1 失敗 / 2 その版がない・理由がない / 4 別の処理が実行中
    """
    from pipelines.serve.going_back import withdraw

    done = withdraw(settings_of(home=home), name, reason, by)
    out.print(done.operation.line, markup=False)
    now = (
        f"いま読まれる公開版: {done.now_current}" if done.now_current else "いま読まれる公開版はありません。"
    )
    out.print(now, markup=False)
    for edition in done.issued:
        out.print(
            f"この公開版から {edition.name} を発行しています。取り消すときは: "
            f'kyoso releases withdraw {edition.edition_id} --reason "…"',
            markup=False,
        )
    if "left" in done.operation.details:
        out.print(
            "同じ資料からは、もう公開しません。原因になったファイルの訂正を置くか、policy の「提出の取下げ」に書いてください。"
        )


@releases_app.command("resume", cls=Command)
def releases_resume(reason: Reason, home: Home = None, by: By = None) -> None:
    """切替えや取消しのあとで控えている公開を、次の夜から再開する。取り消した版は、取り消されたまま。

    終了コード: 0 再開する / 1 失敗 / 2 理由がない / 4 別の処理が実行中
    """
    from pipelines.serve.going_back import resume

    out.print(resume(settings_of(home=home), reason, by).line, markup=False)
    out.print("次の kyoso nightly が、検査に合格すれば公開します。")


@releases_app.command("approve", cls=Command)
def releases_approve(reason: Reason, home: Home = None, by: By = None) -> None:
    """プログラム(様式・読取り・集計の規則)の変更で動いたKPIの値を承認する。次の夜間処理が公開する。

    終了コード: 0 承認した / 1 失敗 / 2 承認を要する変更がない・理由がない / 4 別の処理が実行中
    """
    from pipelines.cli.changes import print_candidate_changes
    from pipelines.serve.holds import approve

    settings = settings_of(home=home)
    made = approve(settings, reason, by)
    print_candidate_changes(out, settings)
    out.print(made.line, markup=False)
    out.print("次の kyoso nightly が、検査に合格すれば公開します。")
