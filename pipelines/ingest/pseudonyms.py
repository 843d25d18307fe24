"""People as pseudonyms from the door on: HMAC-SHA256 over the NFKC-normalised identifier.

The key lies outside the repository and the home; its id is stored, the key is not. This is
pseudonymised personal data, not anonymous data.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import KyosoError

# Published on purpose: fictional data give the same release everywhere.
_SAMPLE_KEY = b"kyoso fictional data, not a secret"


@dataclass(frozen=True)
class PseudonymKey:
    """A secret key and the id that may be stored."""

    key: bytes

    @property
    def key_id(self) -> str:
        """A short digest that tells keys apart and reveals nothing."""
        return hashlib.sha256(b"kyoso key id" + self.key).hexdigest()[:12]

    def pseudonym(self, identifier: str) -> str:
        """The pseudonym of a person's identifier; case and width do not matter."""
        normal = unicodedata.normalize("NFKC", identifier).strip().lower()
        return "p" + hmac.new(self.key, normal.encode(), hashlib.sha256).hexdigest()[:24]


def sample_key() -> PseudonymKey:
    """The fixed key of fictional data."""
    return PseudonymKey(_SAMPLE_KEY)


def default_key_file() -> Path:
    """`kyoso/pseudonym.key` in the user's configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "kyoso" / "pseudonym.key"


def stage_key(path: Path) -> tuple[Path, PseudonymKey]:
    """Write a new key beside its place, on disk to the last byte, closed to everybody else."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = path.with_name(f".{path.name}.{os.getpid()}.new")
    staged.unlink(missing_ok=True)
    key = PseudonymKey(secrets.token_bytes(32))
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key.key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return staged, key


def load_key(key_file: Path | None) -> PseudonymKey:
    """Read the key, or make one on first use with mode 600.

    Raises:
        KyosoError: the file cannot be read or written, or others may read it.
    """
    path = key_file or default_key_file()
    try:
        if not path.exists():
            staged, _ = stage_key(path)
            with contextlib.suppress(FileExistsError):
                # Another home's first night may have been faster: its key is everybody's.
                os.link(staged, path)
            staged.unlink()
        if path.stat().st_mode & 0o077:
            raise KyosoError(
                "仮名の鍵のファイルを、ほかの利用者が読める状態です。",
                where=str(path),
                todo=f"chmod 600 {path} を実行してください。",
            )
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise KyosoError(
            f"仮名の鍵を読めません({error})。",
            where=str(path),
            todo="鍵の控えを戻すか、KYOSO_KEY_FILE に正しい場所を指定してください。",
        ) from error
    if len(key) < 16:
        raise KyosoError("仮名の鍵が短すぎます。", where=str(path), todo="鍵の控えを戻してください。")
    return PseudonymKey(key)
