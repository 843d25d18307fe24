"""Makes the copies of one night, in killable workers: those that are new or changed, and no others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.ingest.read.worker import ReadingWorkers
from pipelines.report.correction.copy import CopyJob, CopyResult, mark_up
from pipelines.report.correction.recipients import copy_name, file_owner
from pipelines.report.correction.wording import Row, is_asked

_COPY_SECONDS = 120.0
_DEADLY = ("too_large_to_read", "took_too_long", "unsafe_container")
# Few copies are made faster in one extra process than by starting two.
_COPIES_PER_WORKER = 8


@dataclass(frozen=True)
class Received:
    """What the copies are made from.

    Attributes:
        path_of: where the archived bytes of a file lie, or None where the original is kept no longer: then there is
            a list without a copy. None instead of it makes lists without copies.
        municipalities: codes of the municipalities whose rows a file holds, by file id.
    """

    path_of: Callable[[str], Path | None] | None = None
    municipalities: Mapping[str, frozenset[str]] | None = None


def write_copies(
    folder: Path,
    findings: Sequence[Row],
    received: Received,
    known: Mapping[str, Any],
    current: dict[str, Any],
    *,
    is_sample: bool,
) -> dict[tuple[str, str], tuple[str, CopyResult]]:
    """Make the copies that are new or changed.

    Returns:
        By file id and source: the folder of the copy, and what was made.
    """
    jobs: dict[str, CopyJob] = {}
    places: dict[tuple[str, str], str] = {}
    taken: dict[str, set[str]] = {}
    for key, rows in _by_file(findings).items():
        if received.path_of is None or not key[0]:
            continue
        owner = file_owner(rows, (received.municipalities or {}).get(key[0], ()))
        name = copy_name(
            str(rows[0]["received_date"]), rows[0]["path"].rsplit("/", 1)[-1], taken.setdefault(owner, set())
        )
        taken[owner].add(name)
        place = places[key] = f"{owner}/{name}"
        # What has cost the night a worker already is not opened a second time.
        deadly = next((str(row["message"]) for row in rows if row["rule"] in _DEADLY), "")
        original = received.path_of(key[0])
        jobs[place] = CopyJob(
            original,
            rows[0]["path"].rsplit("/", 1)[-1],
            tuple(rows),
            folder / place,
            is_sample,
            deadly,
        )
        current[place] = {"digest": digest_of(key, rows, is_sample, original is None)}
    todo = {
        place: job
        for place, job in jobs.items()
        if not _stands(folder, place, known, current[place]["digest"])
    }
    made = _make(folder, todo)
    for place in jobs:
        result = made.get(place)
        entry = {"files": dict(result.files), "notes": list(result.notes)} if result else known[place]
        current[place] |= {"files": entry["files"], "notes": entry["notes"]}
    return {
        key: (place.partition("/")[0], CopyResult(current[place]["files"], tuple(current[place]["notes"])))
        for key, place in places.items()
    }


def _by_file(findings: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Findings by file and source, of those files that somebody is asked to correct; oldest receipt first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for finding in findings:
        found.setdefault((finding["file_id"], finding["source"]), []).append(finding)
    asked = {key: rows for key, rows in found.items() if any(map(is_asked, rows))}
    return dict(
        sorted(
            asked.items(), key=lambda item: (str(item[1][0]["received_date"]), item[1][0]["path"], item[0])
        )
    )


def _stands(folder: Path, place: str, known: Mapping[str, Any], digest: str) -> bool:
    entry = known.get(place, {})
    names = entry.get("files", {}).values()
    return (
        entry.get("digest") == digest
        and bool(names)
        and all((folder / place).with_name(n).exists() for n in names)
    )


def _make(folder: Path, todo: Mapping[str, CopyJob]) -> dict[str, CopyResult]:
    made: dict[str, CopyResult] = {}
    for place in todo:
        (folder / place).parent.mkdir(exist_ok=True)
    places = {job.target: place for place, job in todo.items()}
    again: list[CopyJob] = []
    for is_last, jobs in ((False, list(todo.values())), (True, again)):
        workers: ReadingWorkers[CopyJob, CopyResult] = ReadingWorkers(
            mark_up, count=None if len(jobs) > _COPIES_PER_WORKER else 1, timeout=_COPY_SECONDS
        )
        for job, result in workers.map(list(jobs)):
            if isinstance(result, CopyResult):
                made[places[job.target]] = result
            elif not is_last:
                again.append(CopyJob(None, job.name, job.findings, job.target, job.is_sample, result.message))
            else:
                made[places[job.target]] = CopyResult({}, (result.message,))
    return made


def digest_of(*parts: object) -> str:
    """A digest of what goes into a document, and of the program that writes it."""
    text = json.dumps([_program(), *parts], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _program() -> str:
    """Changes whenever the code that writes the requests changes."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
