"""What must be so before a night does anything: otherwise it stops, and readers keep what they have."""

from __future__ import annotations

from pipelines.errors import KyosoError
from pipelines.ingest.ledger import Ledger
from pipelines.serve.going_back import leave_withdrawn
from pipelines.serve.key import check_key
from pipelines.serve.release import releases
from pipelines.serve.witness import check_ledger
from pipelines.settings import Settings


def make_ready(settings: Settings, ledger: Ledger) -> None:
    """Make sure of ledger, clock and key, and complete a withdrawal that was interrupted.

    Raises:
        KyosoError: one of them cannot be trusted.
    """
    check_ledger(settings, ledger)
    check_clock(settings)
    check_key(settings, ledger)
    leave_withdrawn(settings)


def check_clock(settings: Settings) -> None:
    """A clock that ran backwards must not replace what readers see by figures of an older day.

    Raises:
        KyosoError: nobody stated the as-of date, and readers have a later one.
    """
    current = next((r for r in releases(settings) if r.is_current), None)
    if settings.is_by_clock and current and current.manifest["as_of"] > settings.as_of.isoformat():
        raise KyosoError(
            f"今日({settings.as_of})が、公開版の基準日({current.manifest['as_of']})より前です。"
            "時計が狂っているおそれがあるため、止めました。",
            where=str(settings.current),
            todo="機械の時計を確かめてください(例: timedatectl)。"
            f"時計が正しければ、基準日を示して実行します。例: kyoso nightly --as-of {settings.as_of}",
        )
