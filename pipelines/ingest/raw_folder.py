"""The folder where people put what they received: what in it is a file to be received, and what it is called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import reason
from pipelines.settings import SAMPLE_MARKER

# What desktops, office programs and copies under way leave beside the files people send.
LEFT_BEHIND = re.compile(
    r"^(?:\.|~\$|~WRL|Thumbs\.db$|desktop\.ini$|README)|\.(?:tmp|part|crdownload)$", re.IGNORECASE
)


def as_text(path: Path) -> str:
    """A path as text that can be stored: names that are not UTF-8 come from Windows, or have escapes."""
    name = os.fsencode(path.as_posix())
    for encoding in ("utf-8", "cp932"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "backslashreplace")


def _is_marked(folder: Path) -> bool:
    try:
        return (folder / SAMPLE_MARKER).exists()
    except PermissionError:
        return False


def files_in(raw: Path, unreadable: list[tuple[str, str]]) -> Iterator[Path]:
    """Files under `raw` in a fixed order; what cannot be one is noted with the reason.

    A marked sample folder inside a real `raw` is not part of it.
    """

    def refuse(path: Path, why: str) -> None:
        unreadable.append((as_text(path.relative_to(raw)), why))

    def cannot_list(error: OSError) -> None:
        refuse(Path(error.filename), f"フォルダの中を読めません({reason(error)})。権限を確かめてください。")

    for folder, subfolders, names in os.walk(raw, onerror=cannot_list):
        here = Path(folder)
        subfolders[:] = sorted(s for s in subfolders if not s.startswith(".") and not _is_marked(here / s))
        links = [s for s in subfolders if (here / s).is_symlink()]
        for name in sorted([*names, *links]):
            path = here / name
            if LEFT_BEHIND.search(name) or name == SAMPLE_MARKER:
                continue
            if path.is_symlink():
                refuse(path, "リンク(ショートカット)です。ファイルそのものを置いてください。")
            elif path.exists() and not path.is_file():
                refuse(path, "ふつうのファイルではありません。Excel・CSV・ZIPのファイルを置いてください。")
            else:
                yield path
