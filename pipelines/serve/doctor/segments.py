"""Landed segments against their manifests and the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipelines.ingest.ledger import Ledger
from pipelines.ingest.segments import damage_of, forget_segments
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.settings import Settings

_AGAIN = "新しい資料の届いた夜か --repair のあとの夜に、控えから読み直します。"


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
    if problem := damage_of(folder, manifest):
        return problem
    stated = json.loads(manifest.read_text(encoding="utf-8"))
    if {file_id for file_id, _ in stated["files"]} - known:
        return "受領台帳にないファイルの行があります"
    # An older program wrote no sums.
    unknown = [
        p for p in folder.glob(f"*/{manifest.stem}.parquet") if p.parent.name not in stated.get("sums", {})
    ]
    return next(filter(None, map(_unreadable, unknown)), "")


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
