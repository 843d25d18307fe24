"""Writes the correction requests of one night: only what changed, and nothing stale stays behind."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.report.correction.copies import Received, digest_of, write_copies
from pipelines.report.correction.copy import CopyResult
from pipelines.report.correction.overview import FileLine, Overview, write_overview
from pipelines.report.correction.recipients import SEVERAL, recipient
from pipelines.report.correction.wording import FOLDER, OVERVIEW, Row, is_asked
from pipelines.report.spreadsheet_text import safe_text

CONTENTS = ".contents.json"
# Names that only we give, and those of the lists of an older program: for when the contents are lost.
_OURS = re.compile(
    rf"[^/]+/(?:{OVERVIEW}|\d{{4}}-\d\d-\d\d_.*\.xlsx)$|.*\.part$|(?:\d{{6}}_[^/]*|団体の定まらない資料)\.xlsx$"
)


def write_corrections(
    status_dir: Path,
    findings: Sequence[Row],
    resolved: Sequence[Row] = (),
    received: Received | None = None,
    *,
    is_sample: bool = False,
) -> list[Path]:
    """Write findings.csv, and for each recipient 修正依頼.xlsx and the marked-up copies.

    What is unchanged stays as it is; what has no open or just resolved finding any more is removed, so
    that nobody sends an old one.

    Args:
        status_dir: the status folder.
        findings: open findings, with their state.
        resolved: findings that a re-sent file has resolved.
        received: where the files are; without it there are lists only.
        is_sample: whether the data are fictional.

    Returns:
        Every file that is there now.
    """
    table = _write(status_dir / "findings.csv", findings_csv(findings).encode("utf-8-sig"))
    folder = status_dir / FOLDER
    folder.mkdir(exist_ok=True)
    known, current = _known(folder), dict[str, Any]()
    files = write_copies(folder, findings, received or Received(), known, current, is_sample=is_sample)
    asked, closed = _by_recipient(findings), _by_recipient(resolved)
    # Whoever keeps the copies of files about several municipalities has a list of them too.
    shared = [
        f for f in findings if is_asked(f) and files.get((f["file_id"], f["source"]), ("",))[0] == SEVERAL
    ]
    asked |= {SEVERAL: shared} if shared else {}
    for name in sorted(asked.keys() | closed.keys()):
        overview = _overview(name, asked.get(name, []), closed.get(name, []), files, is_sample=is_sample)
        place = f"{name}/{OVERVIEW}"
        digest = digest_of(overview.findings, overview.resolved, _plain(overview.files), is_sample)
        if known.get(place, {}).get("digest") != digest or not (folder / place).exists():
            (folder / name).mkdir(exist_ok=True)
            _write_beside(folder / place, partial(write_overview, overview))
        current[place] = {"digest": digest}
    kept = {path for path in _paths(folder, current) if path.exists()}
    _sweep(folder, kept, known)
    _write(folder / CONTENTS, json.dumps(current, ensure_ascii=False, sort_keys=True).encode())
    return [table, *sorted(kept)]


def findings_csv(findings: Iterable[Row]) -> str:
    """All columns of the findings as CSV, safe to open in a spreadsheet program."""
    rows = list(findings)
    stream = io.StringIO()
    writer = csv.writer(stream)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow(["" if value is None else safe_text(str(value)) for value in row.values()])
    return stream.getvalue()


def _by_recipient(findings: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for finding in findings:
        if is_asked(finding):
            found.setdefault(recipient(finding), []).append(finding)
    return found


def _overview(
    name: str,
    findings: list[Row],
    resolved: list[Row],
    copies: Mapping[tuple[str, str], tuple[str, CopyResult]],
    *,
    is_sample: bool,
) -> Overview:
    files: dict[str, FileLine] = {}
    for finding in findings:
        owner, result = copies.get((finding["file_id"], finding["source"]), ("", CopyResult()))
        # A copy that shows other municipalities' rows stays with the prefecture.
        links = dict(result.files) if owner == name else {}
        file_name = finding["path"].rsplit("/", 1)[-1]
        files[finding["file_id"]] = FileLine(
            finding["file_id"],
            file_name,
            str(finding["received_date"]),
            links,
            result.notes,
            owner == SEVERAL != name,
        )
    return Overview(f"{FOLDER} {name.partition('_')[2] or name}", findings, resolved, files, is_sample)


def _plain(files: Mapping[str, FileLine]) -> list[Any]:
    return [[f.file_id, f.name, f.received, dict(f.copies), f.notes] for f in files.values()]


def _known(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / CONTENTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {place: entry for place, entry in found.items() if isinstance(entry, dict)}


def _sweep(folder: Path, kept: set[Path], known: Mapping[str, Any]) -> None:
    """Remove requests of earlier nights and what a killed worker left behind; what others put there stays."""
    made = {
        path
        for path in folder.rglob("*")
        if path.is_file() and _OURS.match(path.relative_to(folder).as_posix())
    }
    if known:
        made = {path for path in made if path.suffix == ".part" or path.parent == folder} | _paths(
            folder, known
        )
    for path in made - kept:
        path.unlink(missing_ok=True)
    for place in sorted(folder.iterdir()):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _paths(folder: Path, contents: Mapping[str, Any]) -> set[Path]:
    """Every file that the contents name: the overviews, the copies, the copies of a ZIP's members."""
    places = {folder / place for place in contents}
    return places | {
        (folder / place).with_name(name)
        for place, entry in contents.items()
        for name in entry.get("files", {}).values()
    }


def _write_beside(path: Path, write: Callable[[Path], object]) -> None:
    """A reader sees the old file or the whole new one."""
    temporary = path.with_name(path.name + ".part")
    write(temporary)
    temporary.replace(path)


def _write(path: Path, content: bytes) -> Path:
    _write_beside(path, lambda temporary: temporary.write_bytes(content))
    return path
