"""What a run that died left behind, who is writing now, and whether the clock can be trusted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.serve.lock import writer_of
from pipelines.settings import TOKYO, Settings

LONGEST_NIGHT = timedelta(hours=12)
# Clocks of two machines, or one set right, differ by minutes.
_TOLERATED = timedelta(minutes=10)


def half_made(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Nothing half-made lies about unless somebody is making it."""
    if writer := writer_of(settings):
        since = datetime.fromtimestamp((settings.home / "lock").stat().st_mtime, TOKYO)
        if datetime.now(TOKYO) - since > LONGEST_NIGHT:
            yield Trouble(
                f"別の処理が長く動き続けています({writer})。",
                str(settings.home / "lock"),
                "その処理を確かめ、止まっているなら終わらせてください。錠は処理が終われば外れます。",
            )
        return
    for path in _left(settings):
        yield Trouble(
            "途中で止まった処理の作りかけが残っています(害はありません)。",
            str(path),
            "--repair か、次の kyoso nightly が片付けます。",
            partial(_remove, path),
        )


def _left(settings: Settings) -> Iterator[Path]:
    home = settings.home
    if settings.candidate.is_dir() and not (settings.candidate / "verdict.json").exists():
        yield settings.candidate
    for name in ("removed", "edition"):
        if (settings.build / name).exists():
            yield settings.build / name
    patterns = (".*.new", "archive/.incoming", "landed/*/.*.tmp", "archive/seen.tmp", "status/*.part")
    for pattern in patterns:
        yield from sorted(home.glob(pattern))
    if (home / "dagster.broken").exists():
        yield home / "dagster.broken"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def clock(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """No night has ended in the future: releases would look fresh for years."""
    path = settings.status_dir / "latest.json"
    if not path.exists():
        return
    try:
        ended = datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["finished_at"])
    except (ValueError, KeyError, TypeError):
        yield Trouble(
            "前回の結果を読めません。", str(path), "次の kyoso nightly が作り直します。", path.unlink
        )
        return
    now = datetime.now(TOKYO)
    if ended > now + _TOLERATED:
        yield Trouble(
            f"前回の実行({ended.astimezone(TOKYO):%Y-%m-%d %H:%M})が、今の時刻({now:%Y-%m-%d %H:%M})より先です。",
            str(path),
            "機械の時計を確かめてください(例: timedatectl)。基準日と受領日が狂います。",
        )
