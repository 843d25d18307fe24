"""A sensor that starts a night when files have arrived and nobody is still copying. Off unless somebody turns it on."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.serve.lock import writer_of
from pipelines.settings import Settings

EVERY_SECONDS = 600


def look(raw: Path) -> str:
    """A digest of the names, sizes and times of everything below a folder; nothing is opened."""
    digest = hashlib.sha256()
    for folder, below, names in os.walk(raw):
        below.sort()
        for name in sorted(names):
            try:
                stat = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - names that are no UTF-8
            except OSError:
                continue
            digest.update(os.fsencode(f"{folder}/{name}|{stat.st_size}|{stat.st_mtime_ns}\n"))
    return digest.hexdigest()


def arrivals(job: Any) -> dg.SensorDefinition:
    """The sensor over `raw`: two looks that see the same, other than at the last start, are a reason to start."""

    @dg.sensor(
        name="new_files",
        job=job,
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="受領フォルダに新しいファイルが届き、写し終わったら夜間処理を始める(既定は切)。",
    )
    def new_files(
        context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        known = json.loads(context.cursor) if context.cursor else {}
        now = look(settings.raw)
        context.update_cursor(json.dumps(known | {"seen": now}))
        if now == known.get("started"):
            return dg.SkipReason("前に始めたときから、届いたものはありません。")
        if now != known.get("seen"):
            return dg.SkipReason("届いている途中かもしれません。次に同じなら始めます。")
        if writer := writer_of(settings):
            return dg.SkipReason(f"別の処理が動いています({writer})。")
        context.update_cursor(json.dumps({"seen": now, "started": now}))
        return dg.RunRequest(run_key=now)

    return new_files
