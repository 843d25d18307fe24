"""`python -m tests.spark HOME`: the models on Apache Spark, every table compared with DuckDB's row by row."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.spark.build import TAKEN_OVER, build
from tests.spark.compare import Same, compare
from tests.spark.session import local_session


def main(home: Path) -> int:
    """Exit code 1 when a model fails or a table differs."""
    started = time.monotonic()
    release = (home / "current").resolve()
    say("Sparkですべての表を作り、DuckDBの表と行ごとに比べます(数分)…")
    with tempfile.TemporaryDirectory(prefix="kyoso-spark-") as name, local_session(Path(name)) as spark:
        failed = build(spark, release, (home / "landed").resolve(), Path(name))
        found = compare(spark, release / "warehouse.duckdb")
    different = [table for table in found if not isinstance(table, Same)]
    for line in [*(f"失敗 {text}" for text in failed), *different]:
        say(str(line))
    rows = sum(table.rows for table in found if isinstance(table, Same))
    taken_over = "、".join(table for _, table in TAKEN_OVER)
    say(
        f"Spark: {len(found)}表のうち{len(found) - len(different)}表({rows:,}行)がDuckDBの表と行ごとに一致しました。"
        f"DuckDBから引き継いだ表: {taken_over}({time.monotonic() - started:.0f}秒)"
    )
    return 1 if failed or different else 0


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
