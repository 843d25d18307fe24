"""What may come of a damaged file: it lands or is refused, every row is accounted for, and words say why."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from pathlib import Path

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import REFUSED, FileJob, FileOutcome
from pipelines.ingest.findings import ERROR
from pipelines.ingest.segments import write_segment


def examine(job: FileJob) -> tuple[str, str]:
    """Status of the file, and what is wrong with how it was treated: empty when nothing is."""
    try:
        outcome = conform_file(job)
        problem = _complaint(outcome)
        _write(outcome)
    except Exception:
        return "crashed", traceback.format_exc()
    return outcome.status, problem


def _complaint(outcome: FileOutcome) -> str:
    """The first thing that must not be so."""
    counts, findings = outcome.counts, outcome.findings
    if outcome.status == REFUSED:
        wrong = {
            "something of a refused file landed": outcome.rows
            or outcome.tables
            or counts
            or outcome.submissions,
            "refused without a finding": not findings,
        }
    else:
        landed = sum(map(len, outcome.rows.values())) + sum(t.num_rows for t in outcome.tables.values())
        is_wrong = not counts and not any(f.severity == ERROR for f in findings)
        wrong = {
            f"{landed} rows landed: {counts}": landed != sum(c.rows_landed for c in counts),
            f"rows in are not landed + set aside: {counts}": any(
                c.rows_in != c.rows_landed + c.rows_set_aside for c in counts
            ),
            "rows set aside without a finding": any(c.rows_set_aside for c in counts) and not findings,
            "nothing was read and nothing is said to be wrong": is_wrong,
        }
    wrong["a finding without a Japanese message"] = any(not _is_japanese(f.message) for f in findings)
    return next((what for what, is_so in wrong.items() if is_so), "")


def _is_japanese(text: str) -> bool:
    return any("ぁ" <= c <= "ヿ" or "一" <= c <= "鿿" for c in text)


def _write(outcome: FileOutcome) -> None:
    """What is read must also fit the segments that the night writes; in memory, for they are made durable."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="kyoso-fuzz-", dir=memory if memory.is_dir() else None))
    try:
        write_segment(folder, "fuzz", [outcome])
    finally:
        shutil.rmtree(folder)
