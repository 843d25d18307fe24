"""The nightly status: what arrived, what is wrong with it, and why the gate is open or closed.

Written after every attempt, whatever became of it: a closed gate must explain itself. Every part
of the page is read from what this attempt managed to make, so the less it made, the shorter it is.
Stays out: figures of the evaluation (those are in the annual report, from judged rows only).
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import KyosoError
from pipelines.quality.verdict import Verdict
from pipelines.report.correction import Received, write_corrections
from pipelines.report.spreadsheet_text import safe_text
from pipelines.report.status_facts import Facts, gather
from pipelines.report.status_page import render_page

Outcome = Literal["released", "dry_run", "nothing_new", "held", "gate_closed", "failed"]
HISTORY_SHOWN = 14
KEPT_HISTORY = 1_000
FILE_COLUMNS = {
    "source": "資料",
    "path": "ファイル",
    "received_date": "受領日",
    "status": "状態",
    "rows_in": "読んだ行",
    "rows_landed": "取り込んだ行",
    "rows_set_aside": "保留した行",
    "is_reconciled": "突合",
}


@dataclass(frozen=True)
class Attempt:
    """What one run did, successful or not.

    Attributes:
        outcome: how it ended.
        started_at: with time zone.
        finished_at: with time zone.
        release_id: the release that readers see after this attempt, or None when there is none yet.
        released_at: when that release was switched to; None takes it from the history.
        warehouse: the candidate's (or the new release's) DuckDB file, if dbt built one.
        control: folder of the run's control tables, if they were written.
        previous_warehouse: the release that readers saw before this attempt.
        error: why it failed, when it failed.
        reports: documents of the release readers see now.
        steps: name and seconds of each part of the run, in order.
        archived: where the bytes of a received file lie, None where the original is kept no longer; without it
            corrections are lists only.
        held_by: why nothing is published (or would be, in a dry run), as a sentence.
        held_todo: what a person does about it.
        notices: what was withdrawn, in words.
    """

    run_id: str
    outcome: Outcome
    started_at: datetime
    finished_at: datetime
    as_of: date
    fiscal_year: int
    is_sample: bool
    release_id: str | None = None
    released_at: datetime | None = None
    verdict: Verdict | None = None
    warehouse: Path | None = None
    control: Path | None = None
    previous_warehouse: Path | None = None
    error: Exception | None = None
    reports: tuple[Path, ...] = ()
    steps: tuple[tuple[str, float], ...] = field(default=())
    archived: Callable[[str], Path | None] | None = None
    held_by: str = ""
    held_todo: str = ""
    notices: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Run time in seconds."""
        return (self.finished_at - self.started_at).total_seconds()


def write_status(status_dir: Path, attempt: Attempt) -> list[Path]:
    """Write index.html, latest.json, history.jsonl, findings.csv and the correction requests.

    Every file is complete or absent: written beside its place and renamed. The page comes last, so
    that whatever it links to exists.
    """
    status_dir.mkdir(parents=True, exist_ok=True)
    history = read_history(status_dir)[-KEPT_HISTORY:]
    facts = gather(attempt.warehouse, attempt.control, attempt.previous_warehouse)
    written = [*_corrections(status_dir, attempt, facts), *_file_list(status_dir, facts)]
    latest = _latest(attempt, facts, history, status_dir)
    lines = [json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in [*history, _history(latest)]]
    page = render_page(attempt, facts, latest, [*history, _history(latest)][-HISTORY_SHOWN:])
    written.append(write_text(status_dir / "history.jsonl", "\n".join(lines) + "\n"))
    written.append(
        write_text(status_dir / "latest.json", json.dumps(latest, ensure_ascii=False, indent=1) + "\n")
    )
    written.append(write_text(status_dir / "index.html", page))
    return written


def _corrections(status_dir: Path, attempt: Attempt, facts: Facts) -> list[Path]:
    if not facts.has_control:
        return []
    received = Received(attempt.archived, facts.municipalities)
    return write_corrections(
        status_dir, facts.findings, facts.resolved, received, is_sample=attempt.is_sample
    )


def _file_list(status_dir: Path, facts: Facts) -> list[Path]:
    """Every file with its rows, for who wants to see that nothing was lost."""
    if facts.reconciliation is None:
        return []
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(FILE_COLUMNS.values())
    for row in facts.files:
        shown = row | {"is_reconciled": "一致" if row["is_reconciled"] else "不一致"}
        writer.writerow([safe_text(str(shown[name])) for name in FILE_COLUMNS])
    return [write_text(status_dir / "files.csv", "\ufeff" + stream.getvalue())]


def write_text(path: Path, text: str) -> Path:
    """Write a text file so that a reader sees the old one or the whole new one."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return path


def read_history(status_dir: Path) -> list[dict[str, Any]]:
    """Earlier attempts, oldest first; a torn line (a full disk, once) is left out."""
    path = status_dir / "history.jsonl"
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue
    return entries


def _latest(
    attempt: Attempt, facts: Facts, history: list[dict[str, Any]], status_dir: Path
) -> dict[str, Any]:
    released_at = _released_at(attempt, history)
    verdict = attempt.verdict
    return {
        "run_id": attempt.run_id,
        "outcome": attempt.outcome,
        "started_at": attempt.started_at.isoformat(timespec="seconds"),
        "finished_at": attempt.finished_at.isoformat(timespec="seconds"),
        "seconds": round(attempt.seconds, 1),
        "as_of": attempt.as_of.isoformat(),
        "fiscal_year": attempt.fiscal_year,
        "is_sample": attempt.is_sample,
        "release_id": attempt.release_id,
        "released_at": released_at,
        "reasons": [{"id": r.id, "title": r.title, "what_to_do": r.what_to_do} for r in verdict.reasons]
        if verdict
        else [],
        "waived": [result.id for result in verdict.waived] if verdict else [],
        "checks": len(verdict.results) if verdict else 0,
        "error": _error(attempt.error),
        "held_by": attempt.held_by,
        "held_todo": attempt.held_todo,
        "notices": list(attempt.notices),
        "findings": facts.finding_counts,
        "submissions": facts.submission_counts,
        "rows": facts.row_counts,
        "steps": {name: round(seconds, 3) for name, seconds in attempt.steps},
        "reports": [relative(path, status_dir) for path in attempt.reports],
    }


def _history(latest: dict[str, Any]) -> dict[str, Any]:
    kept = ("run_id", "outcome", "finished_at", "seconds", "as_of", "release_id", "released_at", "findings")
    return {name: latest[name] for name in kept} | {"reasons": [reason["id"] for reason in latest["reasons"]]}


def _released_at(attempt: Attempt, history: list[dict[str, Any]]) -> str | None:
    if attempt.release_id is None:
        return None
    if attempt.released_at is not None:
        return attempt.released_at.isoformat(timespec="seconds")
    if attempt.outcome == "released":
        return attempt.finished_at.isoformat(timespec="seconds")
    earlier = [e.get("released_at") for e in history if e.get("release_id") == attempt.release_id]
    return next((str(text) for text in reversed(earlier) if text), None)


def _error(error: Exception | None) -> dict[str, str] | None:
    if error is None:
        return None
    if isinstance(error, KyosoError):
        return {"what": error.what, "where": error.where, "todo": error.todo}
    return {
        "what": f"予期しない誤りで止まりました({type(error).__name__}: {error})。",
        "where": "",
        "todo": "もう一度実行してください。くり返すときは、この文を添えてシステム担当者に連絡してください。",
    }


def relative(path: Path, start: Path) -> str:
    """A link from the status folder, so that the home can be moved or shared."""
    return Path(os.path.relpath(path, start)).as_posix()
