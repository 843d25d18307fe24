"""Who may read what is released: the owner and one group, whatever the umask of the night was.

People's umask may be 077, and the analysts would then find releases they cannot open. What was received and what
was landed stays with the owner alone.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pipelines.errors import KyosoError
from pipelines.settings import Settings

VARIABLE = "KYOSO_READERS"
_READ, _ENTER = 0o040, 0o010


def open_to_readers(settings: Settings, folder: Path) -> None:
    """Let the group read a finished folder below the home and find the way there; others get nothing new.

    Args:
        settings: the home.
        folder: what is going to be released.

    Raises:
        KyosoError: `KYOSO_READERS` names a group that does not exist or that the user is not in.
    """
    group = os.environ.get(VARIABLE)
    for path in [folder, *folder.rglob("*")]:
        _open(path, _READ | (_ENTER if path.is_dir() else 0), group)
    _open(settings.releases, _READ | _ENTER, group)
    _open(settings.home, _ENTER, group)


def _open(path: Path, bits: int, group: str | None) -> None:
    if group:
        try:
            shutil.chown(path, group=group)
        except (LookupError, PermissionError):
            raise KyosoError(
                f"{VARIABLE} のグループ「{group}」に、公開版を読ませることができません。",
                where=str(path),
                todo="グループの名前と、夜間処理の利用者がそのグループに入っているかを確かめてください。例: usermod -aG analysts kyoso",
            ) from None
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
