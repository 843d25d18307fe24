"""What a finished folder holds, by hash: written when it is finished, and asked again whenever somebody doubts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipelines.ingest.content import content_hash

SUMS = "files.json"
_UNREADABLE = "unreadable"


def sums_of(folder: Path, without: Iterable[str] = ()) -> dict[str, str]:
    """SHA-256 of every file below a folder by relative path, but for files of these names.

    A file that cannot be read has no hash that any file could have.
    """
    left_out = set(without)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in left_out]
    return {path.relative_to(folder).as_posix(): _hash(path) for path in paths}


def write_sums(folder: Path) -> Path:
    """Write down the sums of a folder in itself.

    They lie beside the manifest and not in it: two DuckDB files with the same rows need not have the same bytes.
    """
    path = folder / SUMS
    text = json.dumps(sums_of(folder, [SUMS]), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def damage(folder: Path) -> list[str]:
    """Names of files that are not as they were written down; none where nobody wrote them down."""
    path = folder / SUMS
    if not path.exists():
        return []
    try:
        stated = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return [SUMS]
    found = sums_of(folder, [SUMS])
    return sorted(name for name in stated.keys() | found.keys() if stated.get(name) != found.get(name))


def _hash(path: Path) -> str:
    try:
        return content_hash(path)
    except OSError:
        return _UNREADABLE
