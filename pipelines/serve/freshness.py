"""How old what readers see is. Knows nothing of Dagster: it must answer when nothing else runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.errors import KyosoError
from pipelines.report.status import read_history
from pipelines.serve.release import current_id
from pipelines.settings import Settings

TOO_OLD = 5
# Clocks of two machines, or one set right, differ by minutes.
_TOLERATED_HOURS = 0.2


@dataclass(frozen=True)
class Freshness:
    """What readers see now.

    Attributes:
        release_id: the release, or None when there is none.
        released_at: when it was published, with time zone; None when nobody knows.
        hours: its age.
        trouble: why it cannot be called fresh whatever its age, in words; empty otherwise.
    """

    release_id: str | None
    released_at: datetime | None
    hours: float | None
    trouble: str = ""

    def is_within(self, hours: float) -> bool:
        """Whether there is a release, and it is no older than so many hours."""
        return not self.trouble and self.hours is not None and self.hours <= hours


def latest_attempt(settings: Settings) -> dict[str, Any]:
    """What the last attempt left.

    Raises:
        KyosoError: there was none, or it cannot be read (exit code 5).
    """
    path = settings.status_dir / "latest.json"
    try:
        latest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        latest["finished_at"], latest["outcome"]
    except FileNotFoundError:
        raise KyosoError(
            "まだ一度も実行されていません。",
            where=str(settings.home),
            todo="kyoso nightly を実行してください。",
            exit_code=TOO_OLD,
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise KyosoError(
            "前回の実行の結果を読めません。",
            where=str(path),
            todo="kyoso nightly を実行すると作り直されます。くり返すときは kyoso doctor で確かめてください。",
            exit_code=TOO_OLD,
        ) from None
    return latest


def freshness(settings: Settings, now: datetime) -> Freshness:
    """Judge the release that readers see, also after it was restored, withdrawn or lost since the last night."""
    release_id = current_id(settings)
    if release_id is None:
        return Freshness(None, None, None, "公開版がありません。")
    entries = [*read_history(settings.status_dir), latest_attempt(settings)]
    found = [e["released_at"] for e in entries if e.get("release_id") == release_id and e.get("released_at")]
    if not found:
        return Freshness(release_id, None, None, "公開した時刻の記録がありません。")
    released_at = datetime.fromisoformat(found[-1])
    hours = (now - released_at).total_seconds() / 3600
    trouble = (
        "公開した時刻が、今の時刻より先です。機械の時計を確かめてください。"
        if hours < -_TOLERATED_HOURS
        else ""
    )
    return Freshness(release_id, released_at, hours, trouble)
