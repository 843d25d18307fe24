"""`python -m pipelines.cluster -- COMMAND`: a command inside a cluster of its own."""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipelines.cluster.configuration import Size
from pipelines.cluster.service import die_with_parent
from pipelines.cluster.standalone import cluster
from pipelines.errors import KyosoError

FOR_THE_COMMAND = {
    "KYOSO_ENGINE": "spark",
    # Great Expectations imports pyspark where it finds it; what that says of pandas concerns nothing used here.
    "PYTHONWARNINGS": "ignore:PySpark does not yet:FutureWarning",
}


def main(arguments: Sequence[str]) -> int:
    """Run the command; its exit code, or the error's."""
    asked = _read(arguments)
    # What `kill` sends ends the `with` blocks as an error would.
    signal.signal(signal.SIGTERM, _leave)
    try:
        with (
            _folder(asked.folder) as folder,
            cluster(folder, Size(asked.workers, asked.memory)) as environment,
        ):
            return _run(asked.command, {**os.environ, **FOR_THE_COMMAND, **environment})
    except KyosoError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    except KeyboardInterrupt:
        print("中断しました。Sparkのクラスタは止めました。", file=sys.stderr)  # noqa: T201
        return 128 + signal.SIGINT


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.cluster",
        description="この機械だけのSparkのクラスタ(メタストア、マスター、ワーカー)を起こし、その中でコマンドを1つ実行し、クラスタを止めます。",
        epilog="例: .venv/spark/bin/python -m pipelines.cluster --folder var/spark -- .venv/spark/bin/python -m pipelines.cli nightly",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="メタストア・設定・記録の置き場。次の回もそこを使う(指定がなければ一時フォルダ)",
    )
    parser.add_argument("--workers", type=_count, default=2, help="ワーカーの数(1つにつき1コア。既定 2)")
    parser.add_argument(
        "--memory", type=_memory, default="1g", help="ワーカーと制御側それぞれのメモリ(既定 1g。例: 2g, 768m)"
    )
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="-- に続けて書くコマンド")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"「{text}」は、1から64までの数ではありません。例: --workers 2")
    return int(text)


def _memory(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*[mg]", text):
        raise argparse.ArgumentTypeError(
            f"「{text}」は、メモリの大きさとして読めません。例: --memory 2g、--memory 768m"
        )
    return text


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="kyoso-spark-") as name:
        # Who runs PostgreSQL must be able to go through to its own folder; everything else in it is closed.
        Path(name).chmod(0o711)
        yield Path(name)


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        # Without the cluster there is nothing it could do.
        process = subprocess.Popen(
            command,
            env=environment,
            preexec_fn=partial(die_with_parent, signal.SIGTERM),  # noqa: PLW1509
        )
    except OSError as error:
        raise KyosoError(
            f"コマンドを始められません({error.strerror})。",
            where=command[0],
            todo="-- の後のコマンドを確かめてください。例: -- .venv/spark/bin/python -m pipelines.cli nightly",
            exit_code=2,
        ) from error
    try:
        return process.wait()
    except BaseException:
        # Ctrl-C reached it as well: it ends by itself, and what it needs stays until then.
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def _leave(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
