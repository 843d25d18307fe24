"""The files that a check is asked about, and a place for its copies where nothing is overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.errors import KyosoError, reason
from pipelines.ingest.raw_folder import LEFT_BEHIND, as_text
from pipelines.report.correction.checked import RESULT
from pipelines.settings import SAMPLE_MARKER

_OURS = re.compile(rf"_{RESULT}(?:_.*)?(?: \(\d+\))?\.xlsx$")


def gather(named: Iterable[Path]) -> tuple[list[Path], list[KyosoError]]:
    """The files to check in the order named, each once; and why others cannot be checked at all."""
    paths: dict[Path, None] = {}
    problems: list[KyosoError] = []
    for path in named:
        files = [path]
        if path.is_dir():
            files = list(_inside(path, problems))
            if not files:
                problems.append(
                    KyosoError(
                        "確かめるファイルがありません。",
                        where=as_text(path),
                        todo="ファイルの入ったフォルダを指定してください。",
                    )
                )
        for file in files:
            problem = _problem(file)
            if problem:
                problems.append(problem)
            else:
                paths[file] = None
    return list(paths), problems


def put_beside(made: Iterable[Path], folder: Path) -> list[Path]:
    """Move copies into a folder under names that are free; the same copy again keeps its name.

    Somebody may have begun to correct an earlier copy: it is never overwritten.

    Raises:
        OSError: the folder cannot be written.
    """
    placed = []
    for copy in made:
        content = copy.read_bytes()
        number = 1
        while True:
            target = folder / (copy.name if number == 1 else f"{copy.stem} ({number}){copy.suffix}")
            try:
                with target.open("xb") as file:
                    file.write(content)
                break
            except FileExistsError:
                if target.is_file() and target.read_bytes() == content:
                    break
                number += 1
        placed.append(target)
    return placed


def _problem(path: Path) -> KyosoError | None:
    try:
        if not path.exists():
            return KyosoError(
                "ファイルがありません。", where=as_text(path), todo="名前と場所を確かめてください。"
            )
        if not path.is_file():
            return KyosoError(
                "ふつうのファイルではありません。",
                where=as_text(path),
                todo="Excel・CSV・ZIPのファイルを指定してください。",
            )
        with path.open("rb"):
            return None
    except OSError as error:
        return _cannot_read(path, error)


def _cannot_read(path: Path, error: OSError) -> KyosoError:
    return KyosoError(
        f"読めません({reason(error)})。", where=as_text(path), todo="名前と権限を確かめてください。"
    )


def _inside(folder: Path, problems: list[KyosoError]) -> Iterator[Path]:
    """Files that people have put in a folder; not what programs leave there, nor copies of an earlier check."""

    def cannot_list(error: OSError) -> None:
        problems.append(_cannot_read(Path(error.filename), error))

    for place, folders, names in os.walk(folder, onerror=cannot_list):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not LEFT_BEHIND.search(name) and not _OURS.search(name) and name != SAMPLE_MARKER:
                yield Path(place) / name
