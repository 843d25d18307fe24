"""The computer and the program: Python, packages, fonts, room on the disk, permissions, the key."""

from __future__ import annotations

import grp
import os
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from importlib import metadata, util
from pathlib import Path

from pipelines.ingest.ledger import Ledger
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.serve.key import check_key
from pipelines.serve.readers import VARIABLE as READERS
from pipelines.serve.release import releases
from pipelines.settings import CHECKOUT, Settings

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 2**30
# A night builds a candidate beside the release, and DuckDB spills to the disk.
RELEASES_OF_ROOM = 3
_FONTS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")
_AGAIN = "プログラムのフォルダで make setup を実行してください。"


def packages(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """The interpreter is recent enough and every package has the version of the lock."""
    if sys.version_info < OLDEST_PYTHON:
        yield Trouble(
            f"Python {sys.version.split()[0]} は古すぎます。",
            sys.executable,
            "Python 3.11以上を入れてください。",
        )
    lock = CHECKOUT / "requirements.lock"
    if not lock.exists():
        yield Trouble("部品の一覧がありません。", str(lock), "プログラムのフォルダを入れ直してください。")
        return
    for name, wanted in locked(lock.read_text(encoding="utf-8")).items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "なし"
        if found != wanted:
            yield Trouble(f"部品 {name} の版が違います(期待 {wanted}、実際 {found})。", str(lock), _AGAIN)


def locked(text: str) -> dict[str, str]:
    """Name and version of every package of a lock that this computer needs."""
    from packaging.markers import Marker

    found = {}
    for line in text.splitlines():
        if (match := _PIN.match(line)) and (not match[3] or Marker(match[3]).evaluate()):
            found[match[1]] = match[2]
    return found


def fonts(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """The embedded fonts are there: without them documents would have no Japanese."""
    for name in _FONTS:
        spec = util.find_spec(name)
        folder = Path(spec.origin).parent if spec and spec.origin else None
        if folder is None or not any(folder.rglob("*.[ot]t[fc]")):
            yield Trouble(f"書体 {name} がありません。", str(folder or sys.prefix), _AGAIN)


def disk(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """There is room for the next night."""
    largest = max((_size(release.folder) for release in releases(settings)), default=0)
    needed = max(LEAST_FREE_BYTES, RELEASES_OF_ROOM * largest)
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        yield Trouble(
            f"空きが足りません(空き {free / 2**30:.1f}GB、必要 {needed / 2**30:.1f}GB)。",
            str(place),
            "不要なファイルを移すか、ディスクを足してください。archive、issued、台帳は消さないでください。",
        )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def folders(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """The home can be written, `raw` can be read, and what people sent is closed to everybody else."""
    if not settings.home.is_dir():
        yield Trouble(
            "保管場所がありません。", str(settings.home), "--home か KYOSO_HOME を確かめてください。"
        )
        return
    if not os.access(settings.home, os.R_OK | os.W_OK | os.X_OK):
        yield Trouble(
            "保管場所に書き込めません。", str(settings.home), "夜間処理の利用者に、読み書きを許してください。"
        )
    if settings.raw.is_dir() and not os.access(settings.raw, os.R_OK | os.X_OK):
        yield Trouble(
            "受領ファイルのフォルダを読めません。",
            str(settings.raw),
            "夜間処理の利用者に、読むことを許してください。",
        )
    group = os.environ.get(READERS)
    if group and group not in {known.gr_name for known in grp.getgrall()}:
        yield Trouble(
            f"{READERS} のグループ「{group}」がありません。このままでは公開できません。",
            str(settings.releases),
            f"グループを作るか、{READERS} を直してください。例: groupadd {group}",
        )
    for folder in (settings.archive, settings.landed):
        if folder.is_dir() and folder.stat().st_mode & 0o007:
            yield Trouble(
                "受領したファイルや読み取った行を、この機械のだれもが開ける状態です。",
                str(folder),
                f"chmod o-rwx {folder}",
                partial(folder.chmod, folder.stat().st_mode & 0o7770),
            )


def key(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Real files have their key, closed to others, and it is the one that the releases were made with."""
    ledger = Ledger(settings.ledger)
    if ledger.receipts:
        check_key(settings, ledger)
    yield from ()
