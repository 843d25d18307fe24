"""Release: the judged candidate becomes what everybody reads, by one rename of one link."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.serve.durable import link, sync, sync_tree
from pipelines.serve.readers import open_to_readers
from pipelines.serve.sums import damage, write_sums
from pipelines.settings import CHECKOUT, Settings

MANIFEST = "manifest.json"
KEPT_RELEASES = 10
_CODE = (
    "pipelines/**/*.py",
    "pipelines/**/*.yaml",
    "pipelines/**/*.csv",
    "pipelines/**/*.sql",
    "dbt_project/models/**/*",
    "dbt_project/macros/*",
    "dbt_project/seeds/*",
    "dbt_project/*.yml",
    "reports/templates/*",
    "requirements.lock",
)


@dataclass(frozen=True)
class Release:
    """One release on disk.

    Attributes:
        release_id: hash of everything that decides its content.
        manifest: as-of date, fiscal year, versions and the verdict's fingerprint count.
    """

    release_id: str
    folder: Path
    manifest: dict[str, Any]
    is_current: bool


@cache
def code_version() -> str:
    """A digest of the code, models and templates: the same checkout gives the same text anywhere."""
    digest = hashlib.sha256()
    for pattern in _CODE:
        for path in sorted(CHECKOUT.glob(pattern)):
            if path.is_file():
                digest.update(path.relative_to(CHECKOUT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def release_id(settings: Settings, in_force_hash: str, key_id: str) -> str:
    """The id of what these inputs give; the same id means the same marts and the same documents."""
    parts = [code_version(), in_force_hash, settings.as_of.isoformat(), str(settings.fiscal_year), key_id]
    return hashlib.sha256("|".join([*parts, str(settings.is_sample)]).encode()).hexdigest()[:16]


def write_manifest(settings: Settings, identity: str, in_force_hash: str, key_id: str) -> Path:
    """Write the candidate's manifest.json: what it was made from. It carries no clock and no path."""
    body = {
        "release_id": identity,
        "as_of": settings.as_of.isoformat(),
        "fiscal_year": settings.fiscal_year,
        "is_sample": settings.is_sample,
        "code_version": code_version(),
        "in_force_hash": in_force_hash,
        "key_id": key_id,
    }
    path = settings.candidate / MANIFEST
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path


def publish(settings: Settings) -> Release:
    """Move the candidate to the releases and switch `current` to it.

    Every byte is on disk before the switch, and the switch is one rename: whoever looks, at whatever
    moment the power fails, finds the old release or the new one, whole.

    Raises:
        KyosoError: there is no complete candidate.
    """
    for needed in ("warehouse.duckdb", "verdict.json", MANIFEST, "reports"):
        if not (settings.candidate / needed).exists():
            raise KyosoError(
                "公開する候補がそろっていません。",
                where=str(settings.candidate / needed),
                todo="kyoso nightly を実行してください。",
            )
    identity = candidate_id(settings)
    assert identity is not None
    folder = settings.releases / identity
    settings.releases.mkdir(parents=True, exist_ok=True)
    if readers_have(settings, identity):
        # The same inputs give the same rows and documents: readers keep what they have.
        shutil.rmtree(settings.candidate)
        return _read(settings, folder)
    write_sums(settings.candidate)
    open_to_readers(settings, settings.candidate)
    sync_tree(settings.candidate)
    if folder.exists():
        # Left by a run that died before the switch, restored away from, or damaged.
        _remove(settings, folder)
    settings.candidate.rename(folder)
    sync(settings.releases)
    sync(settings.build)
    switch(settings, identity)
    return _read(settings, folder)


def switch(settings: Settings, identity: str) -> None:
    """Let `current`, `warehouse.duckdb` and, for the checkout's own homes, `reports/latest` lead to a release."""
    if not (settings.releases / identity / MANIFEST).exists():
        raise KyosoError(
            f"公開版 {identity} はありません。",
            where=str(settings.releases),
            todo="kyoso releases で番号を確かめてください。",
            exit_code=2,
        )
    # The links that lead through `current` come first: once it is switched, nobody looks at them again.
    if not settings.warehouse.is_symlink():
        link(settings.warehouse, Path("current") / "warehouse.duckdb")
    if settings.home.is_relative_to(CHECKOUT):
        latest = CHECKOUT / "reports" / "latest"
        with contextlib.suppress(OSError):
            link(latest, Path(os.path.relpath(settings.current / "reports", latest.parent)))
    link(settings.current, Path("releases") / identity)
    sync(settings.home)


def no_release(settings: Settings) -> None:
    """Let readers see none: every release that there was has been withdrawn."""
    settings.current.unlink(missing_ok=True)
    settings.warehouse.unlink(missing_ok=True)
    sync(settings.home)


def candidate_id(settings: Settings) -> str | None:
    """The id of the release that the candidate would become, or None."""
    path = settings.candidate / MANIFEST
    return str(json.loads(path.read_text(encoding="utf-8"))["release_id"]) if path.exists() else None


def current_id(settings: Settings) -> str | None:
    """The id of the release that readers see, or None."""
    if not (settings.current / MANIFEST).exists():
        return None
    return settings.current.resolve().name


def readers_have(settings: Settings, identity: str) -> bool:
    """Whether readers see this very release, every file as it was published."""
    return identity == current_id(settings) and not damage(settings.releases / identity)


def releases(settings: Settings) -> list[Release]:
    """Every release kept, oldest as-of date first."""
    folders = settings.releases.iterdir() if settings.releases.exists() else ()
    found = [release for folder in folders if (release := _read_if_whole(settings, folder))]
    return sorted(found, key=lambda r: (r.manifest["as_of"], (r.folder / MANIFEST).stat().st_mtime_ns))


def remove_old(settings: Settings, keep: int = KEPT_RELEASES) -> list[str]:
    """Delete all but the newest `keep` releases; the current one always stays."""
    by_age = sorted(releases(settings), key=lambda r: (r.folder / MANIFEST).stat().st_mtime_ns)
    removed = [r for r in by_age[:-keep] if not r.is_current]
    for release in removed:
        _remove(settings, release.folder)
    return [release.release_id for release in removed]


def _remove(settings: Settings, folder: Path) -> None:
    """Delete a release so that a crash leaves it whole or gone from the releases, never in part."""
    aside = settings.build / "removed"
    shutil.rmtree(aside, ignore_errors=True)
    settings.build.mkdir(exist_ok=True)
    folder.rename(aside)
    shutil.rmtree(aside)


def _read_if_whole(settings: Settings, folder: Path) -> Release | None:
    """A release whose manifest was spoiled is none any more; the doctor names it, and nights go on."""
    try:
        release = _read(settings, folder)
        return release if release.manifest.keys() >= {"as_of", "release_id"} else None
    except (OSError, ValueError, AttributeError):
        return None


def _read(settings: Settings, folder: Path) -> Release:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Release(folder.name, folder, manifest, folder.name == current_id(settings))
