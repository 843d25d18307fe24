"""The command line: `kyoso`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipelines.errors import KyosoError
from pipelines.fiscal_year import UnreadableYear, to_fiscal_year
from pipelines.settings import TOKYO, Settings

app = typer.Typer(
    help="共創: 市町村DX支援の評価。受領したファイルから、検査に合格した集計と年次評価報告書を作ります。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
TOO_OLD = 5

Raw = Annotated[Path | None, typer.Option("--raw", help="受領ファイルのフォルダ(既定 raw)")]
Home = Annotated[Path | None, typer.Option("--home", help="保管場所(既定 var、または KYOSO_HOME)")]
Year = Annotated[str | None, typer.Option("--fiscal-year", help="対象年度。例: R8")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="基準日。その日までに受領したものだけを使う。例: 2026-11-20")
]


def main() -> None:
    """Run a command; errors end in Japanese sentences and the documented exit code."""
    try:
        app(standalone_mode=True)
    except KyosoError as error:
        _show(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _show(error: BaseException) -> None:
    err.print(f"エラー: {error}", style="red", markup=False)


def _settings(raw: Path | None, home: Path | None, year: str | None, as_of: str | None) -> Settings:
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise KyosoError(
            f"基準日「{as_of}」は日付として読めません。",
            todo="2026-11-20 のように書いてください。",
            exit_code=2,
        ) from None
    try:
        fiscal_year = to_fiscal_year(year) if year else None
    except UnreadableYear:
        raise KyosoError(
            f"年度「{year}」は読めません。", todo="R8 または 2026 のように書いてください。", exit_code=2
        ) from None
    return Settings.resolve(raw, home, fiscal_year, day)


@app.command()
def nightly(
    raw: Raw = None,
    home: Home = None,
    fiscal_year: Year = None,
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="検査と報告書まで行い、公開はしない")] = False,
) -> None:
    """受領から公開まで、一晩の処理を行う。

    終了コード: 0 公開した・新しいものがない / 1 失敗 / 2 使い方の誤り / 3 検査に不合格 / 4 別の処理が実行中
    """
    from pipelines.console import NightReport
    from pipelines.run import run_night

    settings = _settings(raw, home, fiscal_year, as_of)
    report = NightReport(out)
    result = run_night(settings, is_dry_run=dry_run, progress=report.progress)
    report.finish(result)
    if result.error:
        _show(result.error)
    raise typer.Exit(result.exit_code)


@app.command()
def status(
    home: Home = None,
    max_age: Annotated[
        str, typer.Option("--max-age", help="公開版がこれより古ければ終了コード5。例: 36h")
    ] = "36h",
) -> None:
    """提出の状況、未解決の指摘、公開版の新しさを示す。終了コード: 0 新しい / 5 古い・まだない"""
    import json

    settings = _settings(None, home, None, None)
    path = settings.status_dir / "latest.json"
    if not path.exists():
        raise KyosoError(
            "まだ一度も実行されていません。",
            where=str(settings.home),
            todo="kyoso nightly を実行してください。",
            exit_code=TOO_OLD,
        )
    from pipelines.console import print_status

    latest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    print_status(out, latest, settings.status_dir)
    released = latest.get("released_at")
    age = (
        (datetime.now(TOKYO) - datetime.fromisoformat(released)).total_seconds() / 3600 if released else None
    )
    if age is None or age > _hours(max_age):
        out.print(f"公開版が古いか、まだありません(許容 {max_age})。")
        raise typer.Exit(TOO_OLD)


def _hours(text: str) -> float:
    units = {"h": 1.0, "d": 24.0, "m": 1 / 60}
    try:
        return float(text[:-1]) * units[text[-1]]
    except (ValueError, KeyError, IndexError):
        raise KyosoError(
            f"時間「{text}」は読めません。", todo="36h、2d、90m のように書いてください。", exit_code=2
        ) from None


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help='例: "select * from mart_kpi limit 5"')],
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSVで書き出す")] = False,
) -> None:
    """公開版に読み取り専用で問い合わせる。夜間の処理中でも使える。"""
    from pipelines.console import print_rows
    from pipelines.serve.connection import query as run_query

    settings = _settings(None, home, None, None)
    names, rows = run_query(settings, query)
    print_rows(out, names, rows, is_csv=csv)


releases_app = typer.Typer(help="公開版の一覧と切替え", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(releases_app, name="releases")


@releases_app.callback()
def releases_default(context: typer.Context, home: Home = None) -> None:
    """公開版の一覧を示す。"""
    if context.invoked_subcommand is None:
        releases_list(home)


@releases_app.command("list")
def releases_list(home: Home = None) -> None:
    """公開版の一覧を示す。"""
    from pipelines.console import print_rows
    from pipelines.serve.release import releases

    found = releases(_settings(None, home, None, None))
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


@releases_app.command("restore")
def releases_restore(
    release_id: Annotated[str, typer.Argument(help="戻したい版")], home: Home = None
) -> None:
    """以前の公開版に戻す。"""
    from pipelines.serve.lock import WriterLock
    from pipelines.serve.release import switch

    settings = _settings(None, home, None, None)
    with WriterLock(settings):
        switch(settings, release_id)
    out.print(f"公開版を {release_id} に切り替えました。")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="作る場所")],
    municipalities: Annotated[int, typer.Option(help="団体の数(4〜30)")] = 30,
    mess: Annotated[float, typer.Option(help="乱れの割合(0〜1)")] = 1.0,
    seed: Annotated[int, typer.Option(help="種。同じ種なら同じファイル")] = 1,
) -> None:
    """架空の事業のファイル一式を作る(見本・研修・試験用)。"""
    from pipelines.demo.programme import make_programme

    made = make_programme(folder, seed=seed, count=municipalities, mess=mess)
    out.print(f"架空データのファイルを {made.file_count} 件作りました: {folder}")


@app.command()
def serve(
    raw: Raw = None,
    home: Home = None,
    fiscal_year: Year = None,
    as_of: AsOf = None,
    port: Annotated[int, typer.Option(help="ポート")] = 3000,
) -> None:
    """Dagsterの画面と毎晩の予定を動かす(このコンピュータの中からだけ開ける)。"""
    from pipelines.run import prepare_dagster_home

    settings = _settings(raw, home, fiscal_year, as_of)
    environment = os.environ | {
        "DAGSTER_HOME": str(prepare_dagster_home(settings)),
        "KYOSO_RAW": str(settings.raw),
        "KYOSO_HOME": str(settings.home),
        "KYOSO_AS_OF": as_of or "",
        "KYOSO_FISCAL_YEAR": str(settings.fiscal_year) if fiscal_year else "",
    }
    out.print(f"http://127.0.0.1:{port} を開いてください。終えるには Ctrl+C。")
    binary = str(Path(sys.executable).with_name("dagster"))
    os.execve(
        binary,
        [binary, "dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)],
        environment,
    )


if __name__ == "__main__":
    main()
