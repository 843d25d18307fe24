"""`python -m tests.spark`: whole nights whose models a real cluster builds, held against DuckDB's nights.

Starts and stops clusters in folders of its own: one that is killed, one in which a night is made, and one, on the same
metastore, in which everything is built again and looked at row by row.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from pipelines.cluster.__main__ import FOR_THE_COMMAND
from pipelines.cluster.configuration import Size
from pipelines.cluster.standalone import cluster
from pipelines.errors import KyosoError
from pipelines.night import GATE_CLOSED
from pipelines.settings import CHECKOUT
from tests.spark.aftermath import kill_one_at_work, left_running
from tests.spark.compare import say
from tests.spark.releases import differences, outcome

SAMPLE, AS_OF = CHECKOUT / "raw" / "sample", "2026-11-20"
# Municipalities of the sample, so that a factor means what it says.
ONCE, OTHER_SEED = 30, "2"
_LONGEST_SECONDS = 4 * 3600
# An invented programme may be one that the gate turns away; then it must do so on both sides.
_JUDGED = (0, GATE_CLOSED)


def main(factor: int) -> int:
    """Exit code 1 when anything is not as DuckDB makes it, or anything is left behind."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kyoso-spark-") as name:
        work = Path(name)
        # PostgreSQL runs as somebody else when this is root, and has to get through.
        work.chmod(0o711)
        raw, duckdb = (SAMPLE, CHECKOUT / "var" / "sample") if factor == 1 else _larger(work, factor)
        try:
            problems = _on_spark(work, raw, duckdb, Size(memory="1g" if factor == 1 else "2g"))
        except KyosoError as error:
            problems = [str(error)]
        problems += left_running(work)
    for problem in problems:
        say(problem)
    say(f"{'相違があります' if problems else 'すべて一致しました'}({time.monotonic() - started:.0f}秒)")
    return 1 if problems else 0


def _on_spark(work: Path, raw: Path, duckdb: Path, size: Size) -> list[str]:
    home, folder = work / "home", work / "cluster"
    say("クラスタを起こし、途中で強制終了します…")
    problems = kill_one_at_work(folder)
    say("クラスタを起こし、一晩の処理の表をSparkで作ります…")
    with cluster(folder, size) as environment:
        night = ["-m", "pipelines.cli", "nightly", "--raw", str(raw), "--home", str(home), "--as-of", AS_OF]
        if (code := _python(night, environment)) not in _JUDGED:
            return [*problems, f"Sparkの一晩が終了コード {code} で終わりました"]
    problems += [f"一晩の結果の相違 {what}" for what in differences(outcome(home), outcome(duckdb))]
    say("クラスタを起こし直し、同じメタストアでもう一度作り、検査し、行ごとに比べます…")
    with cluster(folder, size) as environment:
        again = ["-m", "tests.spark.again", str(raw), str(home), str(duckdb), AS_OF]
        if _python(again, environment):
            problems.append("2回目に相違があります(上の表示)")
    return problems


def _larger(work: Path, factor: int) -> tuple[Path, Path]:
    """An invented programme so many times the sample's size under another seed, and DuckDB's night of it."""
    raw, home = work / "raw", work / "duckdb"
    demo = ["demo", str(raw), "--municipalities", str(ONCE * factor), "--seed", OTHER_SEED]
    for words in (demo, ["nightly", "--raw", str(raw), "--home", str(home), "--as-of", AS_OF]):
        started = time.monotonic()
        if (code := _python(["-m", "pipelines.cli", *words], {})) not in _JUDGED:
            sys.exit(f"kyoso {words[0]} が終了コード {code} で終わりました")
        say(f"kyoso {words[0]}: {time.monotonic() - started:.0f}秒")
    return raw, home


def _python(arguments: list[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **(FOR_THE_COMMAND if environment else {}), **environment},
        timeout=_LONGEST_SECONDS,
        check=False,
    ).returncode


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.spark")
    parser.add_argument(
        "--factor", type=int, default=1, help="1: the sample; else so many times its municipalities"
    )
    sys.exit(main(parser.parse_args().factor))
