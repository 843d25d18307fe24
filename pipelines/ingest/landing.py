"""Landing: archived files become typed Parquet segments, each holding the rows of many files.

A segment counts only once its manifest is written, so that a crash leaves a file either landed or
not. When a reader, a contract, the alias table or the pseudonym key changes, everything is landed
again from the archive.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.ingest.archive import Archive
from pipelines.ingest.conform.file import FileJob, FileOutcome, conform_file, refuse
from pipelines.ingest.contracts import Dataset, all_datasets
from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.pseudonyms import PseudonymKey, load_key, sample_key
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.worker import ReadingWorkers
from pipelines.settings import Settings

FILES_PER_SEGMENT = 5_000
ROWS_PER_SEGMENT = 500_000
# Few files are read faster in one extra process than by starting two.
FILES_PER_WORKER = 20
CONTROL_PARTS = ("files", "submissions", "counts", "bindings", "findings")
Progress = Callable[[int, int], None]


@dataclass
class LandingSummary:
    """What one landing did."""

    files_read: int = 0
    files_refused: int = 0
    rows_landed: int = 0
    rows_set_aside: int = 0
    names_read: list[str] = field(default_factory=list)


def pseudonym_key(settings: Settings) -> PseudonymKey:
    """The published key for fictional data, the secret one otherwise."""
    return sample_key() if settings.is_sample else load_key(settings.key_file)


@cache
def parser_version() -> str:
    """Changes whenever the code or data that decide what lands change."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".yaml", ".csv"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def land_new(
    settings: Settings, archive: Archive | None = None, progress: Progress | None = None
) -> LandingSummary:
    """Land every received file that has not landed under the present version.

    Policy files come first: their alias table decides how names in all other files are read.
    """
    archive = archive or Archive(settings)
    key = pseudonym_key(settings)
    summary = LandingSummary()
    receipts = _first_receipts(archive.ledger.receipts)
    policy = [r for r in receipts if r.source == "policy"]
    others = [r for r in receipts if r.source not in ("policy", "")]
    _write_empty_segments(settings.landed)
    policy_version = f"policy-{parser_version()}-{key.key_id}"
    _land_group(settings, archive, policy, policy_version, key, {}, summary, progress)
    aliases = _aliases(settings.landed, archive.ledger.receipts)
    digest = hashlib.sha256(json.dumps(sorted(aliases.items())).encode()).hexdigest()[:8]
    version = f"rows-{parser_version()}-{key.key_id}-{digest}"
    _land_group(settings, archive, others, version, key, aliases, summary, progress)
    return summary


def _first_receipts(receipts: Iterable[Receipt]) -> list[Receipt]:
    first: dict[tuple[str, str], Receipt] = {}
    for receipt in receipts:
        first.setdefault((receipt.file_id, receipt.source), receipt)
    return list(first.values())


def _land_group(
    settings: Settings,
    archive: Archive,
    receipts: list[Receipt],
    version: str,
    key: PseudonymKey,
    aliases: dict[str, str],
    summary: LandingSummary,
    progress: Progress | None,
) -> None:
    landed = _sweep(settings.landed, version)
    todo = [r for r in receipts if (r.file_id, r.source) not in landed]
    if not todo:
        return
    jobs = [FileJob(r.file_id, r.source, archive.path_of(r.file_id), r.name, key, aliases) for r in todo]
    names = {(r.file_id, r.source): r.path for r in todo}
    workers: ReadingWorkers[FileJob, FileOutcome] = ReadingWorkers(
        conform_file, count=None if len(jobs) > FILES_PER_WORKER else 1
    )
    batch: dict[tuple[str, str], FileOutcome] = {}
    order = {(job.file_id, job.source): number for number, job in enumerate(jobs)}
    for done, (job, result) in enumerate(workers.map(jobs), start=1):
        outcome = result if isinstance(result, FileOutcome) else FileOutcome(job.file_id, job.source)
        if isinstance(result, Refused):
            refuse(outcome, result)
        batch[(job.file_id, job.source)] = outcome
        _count(outcome, names[(job.file_id, job.source)], summary)
        if progress:
            progress(done, len(jobs))
        if len(batch) >= FILES_PER_SEGMENT or _row_count(batch.values()) >= ROWS_PER_SEGMENT:
            _write_segment(settings.landed, version, _ordered(batch, order))
            batch.clear()
    if batch:
        _write_segment(settings.landed, version, _ordered(batch, order))


def _ordered(
    batch: dict[tuple[str, str], FileOutcome], order: dict[tuple[str, str], int]
) -> list[FileOutcome]:
    return [batch[key] for key in sorted(batch, key=order.__getitem__)]


def _count(outcome: FileOutcome, name: str, summary: LandingSummary) -> None:
    summary.files_read += 1
    summary.files_refused += outcome.status == "refused"
    summary.rows_landed += sum(c.rows_landed for c in outcome.counts)
    summary.rows_set_aside += sum(c.rows_set_aside for c in outcome.counts)
    summary.names_read.append(name)


def _row_count(outcomes: Iterable[FileOutcome]) -> int:
    return sum(len(rows) for outcome in outcomes for rows in outcome.rows.values())


def _write_segment(landed: Path, version: str, outcomes: list[FileOutcome]) -> None:
    identity = hashlib.sha256("".join(o.file_id + o.source for o in outcomes).encode() + version.encode())
    manifests = landed / "_manifest"
    manifests.mkdir(parents=True, exist_ok=True)
    segment = f"{len(list(manifests.glob('*.json'))) + 1:05d}-{identity.hexdigest()[:12]}"
    for dataset in all_datasets().values():
        rows = [row for outcome in outcomes for row in outcome.rows.get(dataset.name, [])]
        if rows:
            _write_parquet(landed / dataset.name / f"{segment}.parquet", rows, dataset.arrow_schema)
    for part, rows in _control_rows(outcomes).items():
        _write_parquet(landed / f"_{part}" / f"{segment}.parquet", rows, control_schema(part))
    manifest = {"version": version, "files": [[o.file_id, o.source] for o in outcomes]}
    temporary = manifests / f".{segment}.tmp"
    temporary.write_text(json.dumps(manifest), encoding="utf-8")
    temporary.replace(manifests / f"{segment}.json")


def _control_rows(outcomes: list[FileOutcome]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {part: [] for part in CONTROL_PARTS}
    for outcome in outcomes:
        identity = {"file_id": outcome.file_id, "source": outcome.source}
        rows["files"].append(identity | {"status": outcome.status, "form_versions": outcome.versions})
        rows["submissions"] += [
            identity | {"dataset": dataset, "submission_key": key}
            for dataset, key in sorted(outcome.submissions)
        ]
        rows["counts"] += [identity | asdict(count) for count in outcome.counts]
        rows["bindings"] += [identity | asdict(binding) for binding in outcome.bindings]
        rows["findings"] += [finding.as_row() for finding in outcome.findings]
    return rows


def control_schema(part: str) -> Any:
    """The Arrow schema of one of the control parts that landing writes beside the rows."""
    import pyarrow as pa

    text = {
        "files": "file_id source status form_versions",
        "submissions": "file_id source dataset submission_key",
        "counts": "file_id source dataset sheet",
        "bindings": "file_id source dataset sheet field cell_column preamble_cell",
        "findings": "finding_id file_id source dataset sheet cell field field_label typed_text rule message "
        "expected example suggestion severity municipality_code",
    }
    whole = {"counts": "rows_in rows_landed rows_set_aside", "bindings": "header_row", "findings": "row"}
    fields = [(name, pa.string()) for name in text[part].split()]
    return pa.schema(fields + [(name, pa.int64()) for name in whole.get(part, "").split()])


def _write_parquet(path: Path, rows: list[dict[str, Any]], schema: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary, compression="zstd")
    temporary.replace(path)


def _write_empty_segments(landed: Path) -> None:
    """A typed, empty segment per dataset: an empty glob would be an error in the models."""
    for dataset in all_datasets().values():
        path = landed / dataset.name / f"empty-{dataset.version_hash}.parquet"
        if not path.exists():
            for stale in path.parent.glob("empty-*.parquet"):
                stale.unlink()
            _write_parquet(path, [], dataset.arrow_schema)
    for part in CONTROL_PARTS:
        path = landed / f"_{part}" / "empty.parquet"
        if not path.exists():
            _write_parquet(path, [], control_schema(part))


def _sweep(landed: Path, version: str) -> set[tuple[str, str]]:
    """Drop segments of older versions of this group and what a crash left; return what has landed."""
    group = version.split("-", maxsplit=1)[0]
    kept: set[str] = set()
    files: set[tuple[str, str]] = set()
    for path in sorted((landed / "_manifest").glob("*.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["version"].split("-")[0] == group and manifest["version"] != version:
            path.unlink()
            continue
        kept.add(path.stem)
        files |= {(file_id, source) for file_id, source in manifest["files"]}
    for folder in landed.iterdir() if landed.exists() else []:
        for path in folder.glob("*.parquet"):
            if not path.name.startswith("empty") and path.stem not in kept:
                path.unlink()
        for path in folder.glob(".*.tmp"):
            path.unlink()
    return files


def _aliases(landed: Path, receipts: Iterable[Receipt]) -> dict[str, str]:
    """Alias to code from the newest alias table received: names are read the same for every as-of date."""
    import pyarrow.parquet as pq

    newest = {r.file_id: (r.received_date, r.seq) for r in receipts if r.source == "policy"}
    rows = pq.read_table(landed / "policy__aliases").to_pylist()
    if not rows:
        return {}
    latest = max((row["_file_id"] for row in rows), key=newest.__getitem__)
    return {fold(row["alias"]): row["municipality_code"] for row in rows if row["_file_id"] == latest}


def forget_landed(settings: Settings) -> None:
    """Drop everything landed; the next night lands it again from the archive."""
    shutil.rmtree(settings.landed, ignore_errors=True)


def dataset_of(name: str) -> Dataset:
    """The dataset of that full name."""
    return all_datasets()[name]
