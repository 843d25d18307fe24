"""Changes to the disk that a power cut leaves done or undone, never half-way."""

from __future__ import annotations

import os
from pathlib import Path


def link(name: Path, target: Path) -> None:
    """Let a symbolic link lead elsewhere, by one rename."""
    # One name, not one per process: what a killed run left is replaced by the next.
    temporary = name.with_name(f".{name.name}.new")
    temporary.unlink(missing_ok=True)
    name.parent.mkdir(parents=True, exist_ok=True)
    temporary.symlink_to(target)
    temporary.replace(name)


def sync_tree(folder: Path) -> None:
    """Have every byte and name below a folder on disk."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
