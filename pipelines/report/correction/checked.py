"""A check before sending: findings and the marked-up copy of one file, together in one worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.checking import Checked, CheckJob, check_file
from pipelines.ingest.findings import ERROR, Place
from pipelines.ingest.read.refusal import Refused
from pipelines.report.correction.copy import CopyJob, CopyResult, mark_up
from pipelines.report.correction.wording import Row, is_asked

RESULT = "確認結果"


@dataclass(frozen=True)
class CheckAndCopyJob:
    """One file to check, and the folder in which its copy is made."""

    check: CheckJob
    folder: Path


@dataclass(frozen=True)
class CheckResult:
    """What a check found, and the copies that it made in the job's folder."""

    checked: Checked
    copy: CopyResult


def check_and_copy(job: CheckAndCopyJob) -> CheckResult:
    """Check one file; make a copy only where there is a place in it to correct or to look at."""
    checked = check_file(job.check)
    rows = tuple(row_of(finding.as_row(), job.check.name) for finding in checked.findings)
    if not any(is_asked(row) and row["sheet"] for row in rows):
        return CheckResult(checked, CopyResult())
    target = job.folder / f"{Path(job.check.name).stem}_{RESULT}.xlsx"
    return CheckResult(checked, mark_up(CopyJob(job.check.path, job.check.name, rows, target)))


def lost_over(job: CheckAndCopyJob, refused: Refused) -> CheckResult:
    """The result for a file over which the worker died: its refusal, and no copy."""
    finding = Place("", job.check.source).finding(
        ERROR,
        refused.rule,
        f"{refused.message}このファイルは集計に入りません。",
        expected=refused.expected,
        suggestion=refused.suggestion,
    )
    return CheckResult(Checked("", job.check.source, "", (finding,)), CopyResult())


def row_of(finding: dict[str, object], name: str) -> Row:
    """A finding as a row of the findings table of a night that has no earlier one to compare with."""
    return dict(finding) | {"path": name, "state": "", "municipality_name": "", "received_date": ""}
