"""What people decided about a home: withdrawals, going back, holds lifted, keys renewed, changes approved.

Chained, and never edited.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.errors import KyosoError
from pipelines.ingest.chain import Chain
from pipelines.settings import TOKYO, Settings

Kind = Literal["withdraw", "restore", "resume", "rotate_key", "approve"]
KIND_LABELS: dict[str, str] = {
    "withdraw": "取消し",
    "restore": "切替え",
    "resume": "公開の再開",
    "rotate_key": "鍵の交換",
    "approve": "プログラムの変更の承認",
}
USAGE = 2


@dataclass(frozen=True)
class Operation:
    """One decision.

    Attributes:
        subject: the release, edition, key or program it is about; empty for what is about all.
        by: who decided.
        at: when it was entered, with time zone.
        details: what only this kind knows.
    """

    kind: Kind
    subject: str
    reason: str
    by: str
    at: str
    details: dict[str, Any]

    @property
    def line(self) -> str:
        """The decision as one line for people."""
        day = datetime.fromisoformat(self.at).astimezone(TOKYO)
        return (
            f"{KIND_LABELS[self.kind]} {self.subject}({day:%Y-%m-%d %H:%M}、{self.by}、理由: {self.reason})"
        )


def operations_ledger(settings: Settings) -> Chain:
    """The ledger of operations, its chain verified.

    Raises:
        KyosoError: it was tampered with.
    """
    return Chain(settings.home / "operations.jsonl", "運用台帳")


def operations(settings: Settings) -> list[Operation]:
    """Every decision, oldest first."""
    return [Operation(**body) for body in operations_ledger(settings).bodies]


def record(
    settings: Settings,
    kind: Kind,
    subject: str,
    reason: str,
    by: str | None = None,
    **details: Any,
) -> Operation:
    """Enter a decision; the caller holds the writer's lock.

    Args:
        settings: the home.
        kind: what was decided.
        subject: the release, edition or key it is about.
        reason: why, in words.
        by: who decided; by default the user of this computer.
        **details: what only this kind knows.

    Raises:
        KyosoError: no reason was given (exit code 2), or the ledger is broken.
    """
    by, reason = who_and_why(by, reason)
    at = datetime.now(TOKYO).isoformat(timespec="seconds")
    made = Operation(kind, subject, reason, by, at, details)
    operations_ledger(settings).append([vars(made)])
    return made


def who_and_why(by: str | None, reason: str) -> tuple[str, str]:
    """Who decided, by default the user of this computer, and why, on one line.

    Raises:
        KyosoError: no reason was given (exit code 2).
    """
    if not reason.strip():
        raise KyosoError(
            "理由がありません。",
            todo='--reason に理由を書いてください。例: --reason "海南市の6月分に二重の記入があったため"',
            exit_code=USAGE,
        )
    return (by or "").strip() or _user(), " ".join(reason.split())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "不明"
