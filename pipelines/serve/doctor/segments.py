"""Landed segments against their manifests and the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipelines.ingest.content import content_hash
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.segments import forget_segments
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.settings import Settings

_AGAIN = "--repair で消せば、次の kyoso nightly が控えから読み直します。"


def landed(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every segment has the bytes that were landed, and every landed file has been received."""
    known = {receipt.file_id for receipt in Ledger(settings.ledger).receipts}
    segments = sorted((settings.landed / "_manifest").glob("*.json"))
    for done, path in enumerate(segments, start=1):
        progress("読み取った行", done, len(segments))
        if problem := _problem(settings.landed, path, known):
            yield _trouble(settings.landed, path.stem, problem)
    # The empty ones, which no manifest names.
    for path in sorted(settings.landed.glob("*/empty*.parquet")):
        if problem := _unreadable(path):
            yield _trouble(settings.landed, path.stem, problem)


def _trouble(folder: Path, name: str, problem: str) -> Trouble:
    return Trouble(
        f"読み取った行({name})が使えません: {problem}。",
        str(folder),
        _AGAIN,
        partial(forget_segments, folder, [name]),
    )


def _problem(folder: Path, manifest: Path, known: set[str]) -> str:
    try:
        stated = json.loads(manifest.read_text(encoding="utf-8"))
        files, sums = {file_id for file_id, _ in stated["files"]}, stated.get("sums", {})
    except (OSError, ValueError, KeyError, TypeError):
        return "目録を読めません"
    if files - known:
        return "受領台帳にないファイルの行があります"
    found = {path.parent.name: path for path in folder.glob(f"*/{manifest.stem}.parquet")}
    if lost := ({"_files", *sums} - found.keys()):
        return f"{sorted(lost)[0]} がなくなっています"
    for name, path in sorted(found.items()):
        if name in sums and content_hash(path) != sums[name]:
            return f"{name} が、読み取ったときと違います"
        # An older program wrote no sums.
        if name not in sums and (problem := _unreadable(path)):
            return problem
    return ""


def _unreadable(path: Path) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (OSError, pa.ArrowException) as error:
        return f"{path.parent.name} を読めません({str(error).splitlines()[0][:80]})"
    return ""
