"""What a file is, whatever it is called and wherever it lies: the hash of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
