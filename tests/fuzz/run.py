"""Damage files until the time is over, and read each in a worker that may die."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.worker import ReadingWorkers
from tests.fuzz.damage import damaged
from tests.fuzz.judge import examine
from tests.fuzz.seeds import Seed

SECONDS_PER_FILE = 20.0


@dataclass
class Report:
    """How many files came to what, by kind; and the files that were treated wrongly, with what was wrong."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[tuple[Path, str]] = field(default_factory=list)


def fuzz(
    originals: Mapping[str, Sequence[Seed]],
    work: Path,
    seed: int,
    *,
    seconds: float = 0.0,
    files: int = 0,
    workers: int | None = None,
) -> Report:
    """Damage and read files of each kind for its share of the time, or so many of each kind.

    Args:
        originals: whole files by kind; each is read once as it is, and then damaged ones.
        work: an empty folder; what was treated wrongly stays in it.
        seed: the same seed damages the same files in the same way.
        seconds: total time; 0 for no limit.
        files: number per kind; 0 for no limit.
        workers: number of processes; by default one per core.
    """
    report = Report({kind: Counter() for kind in originals})
    jobs = (
        job
        for kind, whole in originals.items()
        for job in _jobs(
            work / kind, whole, Random(f"{seed} {kind}"), seconds / len(originals) or None, files or 10**9
        )
    )
    pool: ReadingWorkers[FileJob, tuple[str, str]] = ReadingWorkers(examine, workers, SECONDS_PER_FILE)
    for job, result in pool.map(jobs):
        status, problem = _judged(result)
        report.outcomes[job.path.parent.name][status] += 1
        if problem:
            report.failures.append((job.path, problem))
        else:
            job.path.unlink()
    return report


def _judged(result: tuple[str, str] | Refused) -> tuple[str, str]:
    if isinstance(result, Refused):
        # The night survives the death of a worker, but its reader should have seen it coming.
        return "killed", f"{result.rule}: {result.message}"
    return result


def _jobs(
    folder: Path, originals: Sequence[Seed], random: Random, seconds: float | None, files: int
) -> Iterator[FileJob]:
    """Whole files first: they must not be treated wrongly either."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    for number in range(files):
        if seconds and time.monotonic() - started > seconds:
            return
        is_whole = number < len(originals)
        seed = originals[number] if is_whole else random.choice(originals)
        path = folder / f"{number:06d}_{seed.name}"
        path.write_bytes(seed.data if is_whole else damaged(seed.data, random))
        yield FileJob(f"{number:064d}", seed.source, path, seed.name, sample_key())
