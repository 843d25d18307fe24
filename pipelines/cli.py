"""The command line: `kyoso`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipelines.errors import KyosoError, explained
from pipelines.settings import TOKYO, Settings, read_date, read_year
from pipelines.usage import Command, Group, usage_error

app = typer.Typer(
    cls=Group,
    help="共創: 市町村DX支援の評価。受領したファイルから、検査に合格した集計と年次評価報告書を作ります。",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
releases_app = typer.Typer(
    cls=Group, help="公開版の一覧と切替え", invoke_without_command=True, rich_markup_mode=None
)
app.add_typer(releases_app, name="releases")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
TOO_OLD = 5
INTERRUPTED = 130

Raw = Annotated[
    Path | None, typer.Option("--raw", metavar="フォルダ", help="受領ファイルのフォルダ(既定 raw)")
]
Home = Annotated[
    Path | None,
    typer.Option("--home", metavar="フォルダ", help="保管場所(既定 var、または KYOSO_HOME)"),
]
Year = Annotated[str | None, typer.Option("--fiscal-year", metavar="年度", help="対象年度。例: R8")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="日付", help="基準日。その日までに受領したものだけを使う。例: 2026-11-20"
    ),
]


def main() -> None:
    """Run a command; errors end in Japanese sentences and the documented exit code."""
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="kyoso", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except typer.TyperException as error:
        code = _show(usage_error(error))
    except Exception as error:
        place = Path(tempfile.gettempdir()) / "kyoso"
        code = _show(explained(error, place, f"{datetime.now(TOKYO):%Y%m%d-%H%M%S}"))
    if code == INTERRUPTED:
        err.print("中断しました。公開版はそのままです。")
    sys.exit(code or 0)


def _show(error: KyosoError) -> int:
    err.print(f"エラー: {error}", style="red", markup=False)
    return error.exit_code


def _settings(
    raw: Path | None = None, home: Path | None = None, year: str | None = None, as_of: str | None = None
) -> Settings:
    return Settings.resolve(raw, home, read_year(year, "--fiscal-year"), read_date(as_of, "--as-of"))


@app.command(cls=Command)
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
    settings = _settings(raw, home, fiscal_year, as_of)
    from pipelines.console import NightReport
    from pipelines.run import run_night

    report = NightReport(out)
    try:
        result = run_night(settings, is_dry_run=dry_run, progress=report.progress)
    finally:
        report.stop_progress()
    report.finish(result)
    if result.error:
        _show(result.error)
    raise typer.Exit(result.exit_code)


@app.command(cls=Command)
def status(
    home: Home = None,
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="時間", help="公開版がこれより古ければ終了コード5。例: 36h")
    ] = "36h",
) -> None:
    """提出の状況、未解決の指摘、公開版の新しさを示す。終了コード: 0 新しい / 5 古い・まだない"""
    import json

    settings = _settings(home=home)
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


@app.command(cls=Command)
def sql(
    query: Annotated[str, typer.Argument(metavar="問い合わせ", help='例: "select * from mart_kpi limit 5"')],
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSVで書き出す")] = False,
) -> None:
    """公開版に読み取り専用で問い合わせる。夜間の処理中でも使える。空欄は値なし(NULL)。"""
    from pipelines.console import print_rows
    from pipelines.serve.connection import query as run_query

    settings = _settings(home=home)
    names, rows = run_query(settings, query)
    print_rows(out, names, rows, is_csv=csv)


@releases_app.callback()
def releases_default(context: typer.Context, home: Home = None) -> None:
    """公開版の一覧を示す。"""
    if context.invoked_subcommand is None:
        releases_list(home)


@releases_app.command("list", cls=Command)
def releases_list(home: Home = None) -> None:
    """公開版の一覧を示す。"""
    from pipelines.console import print_rows
    from pipelines.serve.release import releases

    found = releases(_settings(home=home))
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

    settings = _settings(home=home)
    with WriterLock(settings):
        switch(settings, release_id)
    out.print(
        f"公開版を {release_id} に切り替えました。次に kyoso nightly が公開するまで、この版が読まれます。"
    )


@app.command(cls=Command)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="フォルダ", help="作る場所")],
    municipalities: Annotated[int, typer.Option(metavar="数", min=4, max=30, help="団体の数(4〜30)")] = 30,
    mess: Annotated[float, typer.Option(metavar="割合", min=0, max=1, help="乱れの割合(0〜1)")] = 1.0,
    seed: Annotated[int, typer.Option(metavar="数", help="種。同じ種なら同じファイル")] = 1,
) -> None:
    """架空の事業のファイル一式を作る(見本・研修・試験用)。"""
    from pipelines.demo.programme import make_programme

    made = make_programme(folder, seed=seed, count=municipalities, mess=mess)
    out.print(f"架空データのファイルを {made.file_count} 件作りました: {folder}")


@app.command(cls=Command)
def serve(
    raw: Raw = None,
    home: Home = None,
    fiscal_year: Year = None,
    as_of: AsOf = None,
    port: Annotated[int, typer.Option(metavar="番号", help="ポート")] = 3000,
) -> None:
    """Dagsterの画面と毎晩の予定を動かす(このコンピュータの中からだけ開ける)。"""
    from pipelines.history import prepare_dagster_home

    settings = _settings(raw, home, fiscal_year, as_of)
    environment = os.environ | {
        "DAGSTER_HOME": str(prepare_dagster_home(settings)),
        "KYOSO_RAW": str(settings.raw),
        "KYOSO_HOME": str(settings.home),
        "KYOSO_AS_OF": as_of or "",
        "KYOSO_FISCAL_YEAR": str(settings.fiscal_year) if fiscal_year else "",
        "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded",
    }
    out.print(f"http://127.0.0.1:{port} を開いてください。終えるには Ctrl+C。")
    # A shell that starts a command with & has it ignore SIGINT, and Dagster would then ignore SIGTERM as well.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    binary = str(Path(sys.executable).with_name("dagster"))
    os.execve(
        binary,
        [binary, "dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)],
        environment,
    )


if __name__ == "__main__":
    main()
