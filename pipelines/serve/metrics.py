"""The last run's figures for monitoring: `status/kyoso.prom`, for the text file collector of Prometheus.

As JSON they are `status/latest.json`, from which this is made. The format is a dozen lines, and the client library
would bring a registry and servers of its own: none of that is needed to write one file once a night.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from pipelines.report.status import Outcome, write_text

FILE = "kyoso.prom"
Labels = Mapping[str, str]


def write_metrics(status_dir: Path) -> Path:
    """Write the metrics of the attempt that `latest.json` speaks of; whole or not at all."""
    latest = json.loads((status_dir / "latest.json").read_text(encoding="utf-8"))
    free = shutil.disk_usage(status_dir).free
    return write_text(status_dir / FILE, "".join(_lines(latest, free)))


def _lines(latest: Mapping[str, Any], free_bytes: int) -> Iterator[str]:
    for name, help_ja, samples in _metrics(latest, free_bytes):
        if samples:
            yield f"# HELP kyoso_{name} {help_ja}\n# TYPE kyoso_{name} gauge\n"
        for labels, value in samples:
            pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            yield f"kyoso_{name}{f'{{{pairs}}}' if pairs else ''} {value}\n"


def _metrics(
    latest: Mapping[str, Any], free_bytes: int
) -> Iterator[tuple[str, str, list[tuple[Labels, float]]]]:
    released_at, rows = latest["released_at"], latest["rows"]
    yield "last_run_timestamp_seconds", "前回の実行が終わった時刻", [({}, _seconds(latest["finished_at"]))]
    yield "last_run_duration_seconds", "前回の実行にかかった秒", [({}, latest["seconds"])]
    yield (
        "last_run_outcome",
        "前回の実行の結果(該当するものが1)",
        [({"outcome": outcome}, int(outcome == latest["outcome"])) for outcome in get_args(Outcome)],
    )
    yield "last_run_step_seconds", "段階ごとの秒", _by("step", latest["steps"])
    yield (
        "release_timestamp_seconds",
        "今の公開版を公開した時刻(なければこの行もない)",
        [({}, _seconds(released_at))] if released_at else [],
    )
    yield "gate_checks", "公開前の検査の数", [({}, latest["checks"])]
    yield "gate_checks_failed", "公開を止めた検査の数", [({}, len(latest["reasons"]))]
    yield "findings", "未解決の指摘", _by("severity", latest["findings"])
    yield "submissions", "提出の状態ごとの件数", _by("state", latest["submissions"])
    yield "files", "受領ファイル(refusedは読めないもの)", _by("state", _of(rows, "files", "refused"))
    yield "rows", "読んだ行・取り込んだ行・保留した行", _by("state", _of(rows, "rows_in", "rows_landed", "rows_set_aside"))  # fmt: skip
    yield "home_free_bytes", "保管場所の空き", [({}, free_bytes)]


def _of(rows: Mapping[str, float], *names: str) -> dict[str, float]:
    return {name.removeprefix("rows_"): rows[name] for name in names if name in rows}


def _by(label: str, values: Mapping[str, float]) -> list[tuple[Labels, float]]:
    return [({label: name}, value) for name, value in values.items()]


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
