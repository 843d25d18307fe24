"""`kyoso check`: files looked at before they are sent."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import Home, app, err, out, settings_of
from pipelines.cli.usage import USAGE_ERROR, Command
from pipelines.errors import KyosoError, reason

if TYPE_CHECKING:
    from pipelines.cli.check_report import CheckReport
    from pipelines.report.correction.checked import CheckAndCopyJob, CheckResult

FINDINGS = 3
# Few files are read faster in one extra process than by starting two.
_FILES_PER_WORKER = 8


@app.command(cls=Command)
def check(
    files: Annotated[list[Path], typer.Argument(metavar="ファイル…", help="送る前のファイルやフォルダ")],
    source: Annotated[
        str, typer.Option("--source", metavar="資料", help="資料の種類。例: visit_log(既定は中身で判断)")
    ] = "",
    to: Annotated[
        Path | None,
        typer.Option("--out", metavar="フォルダ", help="写しを置く場所(既定は元のファイルの隣)"),
    ] = None,
    home: Home = None,
) -> None:
    """送る前のファイルを確かめ、直す欄に色を付けた写しを作る。保管場所がなくても使える。

    終了コード: 0 直すところなし / 2 使い方の誤り(ファイルがないなど) / 3 要修正か要確認の指摘あり
    """
    from pipelines.cli.check_files import gather
    from pipelines.cli.check_report import CheckReport

    _know(source)
    paths, problems = gather(files)
    if to is not None:
        _make(to)
    report = CheckReport(out)
    if paths:
        _check_all(paths, source, home, to, report)
    report.finish()
    for problem in problems:
        err.print(f"エラー: {problem}", style="red", markup=False)
    if problems:
        raise typer.Exit(USAGE_ERROR)
    if not report.is_clean:
        raise typer.Exit(FINDINGS)


def _check_all(
    paths: list[Path], source: str, home: Path | None, to: Path | None, report: CheckReport
) -> None:
    from pipelines.ingest.checking import CheckJob
    from pipelines.ingest.raw_folder import as_text
    from pipelines.ingest.read.refusal import Refused
    from pipelines.ingest.read.worker import ReadingWorkers
    from pipelines.report.correction.checked import CheckAndCopyJob, check_and_copy, lost_over

    settings = settings_of(home=home)
    with tempfile.TemporaryDirectory(prefix="kyoso-") as folder:
        jobs = []
        for number, path in enumerate(paths):
            place = Path(folder) / str(number)
            place.mkdir()
            jobs.append(CheckAndCopyJob(CheckJob(path, as_text(Path(path.name)), source, settings), place))
        workers: ReadingWorkers[CheckAndCopyJob, CheckResult] = ReadingWorkers(
            check_and_copy, count=None if len(jobs) > _FILES_PER_WORKER else 1
        )
        ready: dict[Path, tuple[CheckAndCopyJob, CheckResult]] = {}
        waiting = [job.folder for job in jobs]
        for job, result in workers.map(jobs):
            ready[job.folder] = (job, lost_over(job, result) if isinstance(result, Refused) else result)
            # In the order in which they were named, each as soon as those before it are ready.
            while waiting and waiting[0] in ready:
                _show(*ready.pop(waiting.pop(0)), to, report)


def _show(job: CheckAndCopyJob, result: CheckResult, to: Path | None, report: CheckReport) -> None:
    from pipelines.cli.check_files import put_beside

    made = [job.folder / name for name in result.copy.files.values()]
    copies, trouble = [], ""
    try:
        copies = put_beside(made, to or job.check.path.parent)
    except OSError as error:
        trouble = f"写しを書けません({reason(error)})。--out で別のフォルダを指定してください。"
    report.show(job.check.path, result.checked, copies, trouble)


def _know(source: str) -> None:
    from pipelines.ingest.contracts import load_contracts

    if source and source not in load_contracts():
        raise KyosoError(
            f"--source「{source}」という資料はありません。",
            todo=f"次のいずれかを書いてください: {'、'.join(load_contracts())}",
            exit_code=USAGE_ERROR,
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KyosoError(
            f"写しを置くフォルダを作れません({reason(error)})。",
            where=str(folder),
            todo="--out に書き込めるフォルダを指定してください。",
            exit_code=USAGE_ERROR,
        ) from None
