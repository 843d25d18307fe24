"""Backup: what cannot be made again, copied to an ordinary folder laid out like a home.

That is the archive with its ledger, issued editions with theirs, and the ledger of operations; releases, landed
rows and the rest are made again from them. A backup only ever grows: archived files and editions appear whole, by
one rename, after what was written has been read back and hashed; ledgers are replaced last, by longer ones that
begin with the very same lines. So an interrupted backup leaves the former one, or more. What has been spoiled in
the home never replaces what the backup has. One thing goes: an original whose retention has ended, once the file of
counts in its place and the ledger that says so are in the backup.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.ingest.archive import Archive
from pipelines.ingest.chain import Chain
from pipelines.ingest.content import content_hash
from pipelines.ingest.ledger import Ledger
from pipelines.serve.durable import sync, sync_tree
from pipelines.serve.editions import LEDGER, RECORD
from pipelines.serve.key import key_file
from pipelines.serve.lock import WriterLock
from pipelines.serve.operations import operations_ledger
from pipelines.serve.sums import sums_of
from pipelines.settings import TOKYO, Settings

MARKER = "backup.json"
KEY = "pseudonym.key"
USAGE = 2
FORMAT = 1
Progress = Callable[[int, int], None]
_HOW_TO = """このフォルダは、kyoso の控えです。作り直せないものだけが入っています。

戻し方
1. 新しい機械に kyoso を入れます(運用の手引き 1)。
2. 空の保管場所を作り、archive、issued、operations.jsonl をその中に写します。
   例: mkdir -p /srv/kyoso/var && cp -a archive issued operations.jsonl /srv/kyoso/var/
   (issued と operations.jsonl は、ないこともあります)
3. 仮名の鍵を元の場所に置き、chmod 600 を実行します(このフォルダに pseudonym.key があれば、それが鍵です)。
4. kyoso doctor で確かめ、kyoso nightly を実行します。公開版と読み取った行は、ここで作り直されます。
"""


@dataclass
class BackedUp:
    """What one backup did.

    Attributes:
        copied: files copied this time.
        copied_bytes: their size.
        kept: files that the backup had already.
        spoiled: what the home has no longer as it was received or issued, in words; it was not copied.
    """

    copied: int = 0
    copied_bytes: int = 0
    kept: int = 0
    spoiled: list[str] = field(default_factory=list)


def back_up(
    settings: Settings, folder: Path, *, with_key: bool = False, progress: Progress | None = None
) -> BackedUp:
    """Bring a backup up to date.

    Args:
        settings: whose home.
        folder: an empty folder, one that does not exist yet, or an earlier backup of the same home.
        with_key: also copy the pseudonym key; without it the backup alone tells nobody who is who.
        progress: told the files done and all of them.

    Raises:
        KyosoError: the folder cannot be one (exit code 2), another backup is being made there (4), a ledger is
            broken or does not go on from the backup's, or what was written reads differently.
    """
    folder = folder.absolute()
    _check_place(settings, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    there = replace(settings, home=folder)
    with WriterLock(there):
        done = BackedUp()
        if not (folder / MARKER).exists():
            _mark(folder, {"format": FORMAT, "finished_at": None})
        # What refers to others is looked at first and put in place last.
        operations = _longer(operations_ledger(settings), operations_ledger(there))
        issued_path = settings.issued / LEDGER
        issued = _longer(Chain(issued_path, "発行台帳"), Chain(there.issued / LEDGER, "発行台帳"))
        received = _longer(Chain(settings.ledger, "受領台帳"), Chain(there.ledger, "受領台帳"))
        _copy_archive(settings, there, done, progress or (lambda _done, _total: None))
        _put(received, there.ledger)
        Archive(there).drop_replaced()
        _copy_editions(settings, there, issued, done)
        _put(issued, there.issued / LEDGER)
        _put(operations, operations_ledger(there).path)
        if with_key:
            _copy_key(settings, folder)
        _write(folder / "戻し方.txt", _HOW_TO.encode())
        _mark(folder, _summary(there, done))
        return done


def _check_place(settings: Settings, folder: Path) -> None:
    if not settings.ledger.exists():
        raise KyosoError(
            "控えを取る受領ファイルがありません。",
            where=str(settings.home),
            todo="--home を確かめてください。まだなら、先に kyoso nightly を実行してください。",
            exit_code=USAGE,
        )
    real = folder.resolve()
    for place, name in ((settings.home, "保管場所"), (settings.raw, "受領ファイルのフォルダ")):
        other = place.resolve()
        if real.is_relative_to(other) or other.is_relative_to(real):
            raise KyosoError(
                f"控えのフォルダと{name}が重なっています。",
                where=f"{folder} と {place}",
                todo="別のディスクか別の機械のフォルダを指定してください。例: kyoso backup /mnt/backup/kyoso",
                exit_code=USAGE,
            )
    if folder.exists() and not folder.is_dir():
        raise KyosoError(
            "フォルダではありません。",
            where=str(folder),
            todo="フォルダを指定してください。",
            exit_code=USAGE,
        )
    ours = {"lock", f".{MARKER}.part"}
    if folder.is_dir() and not (folder / MARKER).exists() and {p.name for p in folder.iterdir()} - ours:
        raise KyosoError(
            "空のフォルダでも、前に控えを取ったフォルダでもありません。",
            where=str(folder),
            todo="新しいフォルダの名前を指定してください。",
            exit_code=USAGE,
        )


def _longer(here: Chain, there: Chain) -> bytes:
    """The bytes of a ledger that goes on from the backup's.

    Raises:
        KyosoError: the home's ledger lost lines, or is another one.
    """
    if not here.has(len(there.bodies), there.head):
        raise KyosoError(
            f"保管場所の{here.name}({len(here.bodies)}行)が、控えの{here.name}({len(there.bodies)}行)の続きではありません。"
            "控えは前のまま残しました。",
            where=f"{here.path}\n{there.path}",
            todo="保管場所の台帳の行が失われたときは、控えから戻してください。別の保管場所の控えなら、別のフォルダを指定してください。",
        )
    return (
        b"".join(here.path.read_bytes().splitlines(keepends=True)[: len(here.bodies)]) if here.bodies else b""
    )


def _copy_archive(settings: Settings, there: Settings, done: BackedUp, progress: Progress) -> None:
    here, kept = Archive(settings), Archive(there)
    receipts = {receipt.file_id: receipt for receipt in here.ledger.receipts}
    folders = set()
    for number, receipt in enumerate(receipts.values(), start=1):
        progress(number, len(receipts))
        content, replacement = here.content_of(receipt.file_id), here.ledger.replacements.get(receipt.file_id)
        source, target = here.place_of(content), kept.place_of(content)
        size = replacement.size_bytes if replacement else receipt.size_bytes
        if target.exists() and target.stat().st_size == size:
            done.kept += 1
        elif not source.exists() or content_hash(source) != content:
            done.spoiled.append(f"{receipt.path}({receipt.received_date}受領、{source})")
        else:
            _copy(source, target, content, done)
            folders.add(target.parent)
    for folder in sorted(folders):
        sync(folder)


def _copy_editions(settings: Settings, there: Settings, issued: bytes, done: BackedUp) -> None:
    for line in issued.decode().splitlines():
        record: dict[str, Any] = json.loads(line)
        name = str(record["edition_id"])
        source, target = settings.issued / name, there.issued / name
        if target.is_dir():
            done.kept += len(record["files"])
            continue
        if not source.is_dir() or sums_of(source, [RECORD]) != record["files"]:
            done.spoiled.append(f"発行した版 {name}({source})")
            continue
        aside = there.issued / f".{name}.part"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(source, aside, copy_function=shutil.copyfile)
        sync_tree(aside)
        if sums_of(aside, [RECORD]) != record["files"]:
            raise _read_differently(aside)
        aside.rename(target)
        sync(there.issued)
        done.copied += len(record["files"])
        done.copied_bytes += sum(path.stat().st_size for path in target.rglob("*") if path.is_file())


def _copy(source: Path, target: Path, wanted: str, done: BackedUp) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, aside)
    sync(aside)
    if content_hash(aside) != wanted:
        raise _read_differently(aside)
    with contextlib.suppress(OSError):
        # Not every disk that people keep backups on knows modes.
        aside.chmod(0o440)
    aside.replace(target)
    done.copied += 1
    done.copied_bytes += target.stat().st_size


def _read_differently(path: Path) -> KyosoError:
    return KyosoError(
        "書き込んだものを読み返すと、違っています。控えは前のまま残しました。",
        where=str(path),
        todo="控えのディスクを確かめ、別のディスクに取り直してください。",
    )


def _put(data: bytes, path: Path) -> None:
    if data:
        _write(path, data)


def _write(path: Path, data: bytes, mode: int = 0o640) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def _copy_key(settings: Settings, folder: Path) -> None:
    path = key_file(settings)
    if not path.exists():
        raise KyosoError(
            "仮名の鍵がありません。",
            where=str(path),
            todo="KYOSO_KEY_FILE を確かめてください。見本(架空データ)には、秘密の鍵はありません。",
            exit_code=USAGE,
        )
    _write(folder / KEY, path.read_bytes(), 0o600)


def _mark(folder: Path, body: dict[str, Any]) -> None:
    _write(folder / MARKER, (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def _summary(there: Settings, done: BackedUp) -> dict[str, Any]:
    ledger = Ledger(there.ledger)
    return {
        "format": FORMAT,
        "finished_at": datetime.now(TOKYO).isoformat(timespec="seconds"),
        "receipts": len(ledger.receipts),
        "head": ledger.head,
        "has_key": (there.home / KEY).exists(),
        "missing": len(done.spoiled),
    }
