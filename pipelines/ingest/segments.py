"""Segments: the landed rows of many files as one Parquet file per dataset, valid through one manifest.

A segment counts only once its manifest is written, so that a crash leaves a file either landed or
not. Segments are never edited. Small ones are merged into a new one, whose manifest names those it
takes the place of: from that moment on they are waste, and the next sweep removes them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.ingest.conform.outcome import FileOutcome
from pipelines.ingest.content import content_hash
from pipelines.ingest.contracts import all_datasets

FILES_PER_SEGMENT = 5_000
# A night adds a segment; more small ones than this are merged, so that ten years stay readable.
SMALL_SEGMENTS = 60
SMALL_SEGMENT_FILES = 500
CONTROL_PARTS = ("files", "submissions", "counts", "bindings", "findings")


def write_segment(landed: Path, version: str, outcomes: list[FileOutcome]) -> None:
    """Land the outcomes of many files at once; after a crash all of them are there or none."""
    import pyarrow as pa

    files = [[o.file_id, o.source] for o in outcomes]
    segment = _name(landed, version, files)
    for dataset in all_datasets().values():
        rows = [row for outcome in outcomes for row in outcome.rows.get(dataset.name, [])]
        tables = [o.tables[dataset.name] for o in outcomes if dataset.name in o.tables]
        if rows or tables:
            schema = dataset.arrow_schema
            whole = pa.concat_tables([pa.Table.from_pylist(rows, schema=schema), *tables])
            _write_table(landed / dataset.name / f"{segment}.parquet", whole)
    for part, rows in _control_rows(outcomes).items():
        _write_parquet(landed / f"_{part}" / f"{segment}.parquet", rows, control_schema(part))
    _write_manifest(landed, segment, {"version": version, "files": files})


def _name(landed: Path, version: str, files: list[list[str]]) -> str:
    identity = hashlib.sha256(json.dumps([version, files]).encode()).hexdigest()[:12]
    return f"{len(list((landed / '_manifest').glob('*.json'))) + 1:05d}-{identity}"


def _write_manifest(landed: Path, segment: str, manifest: dict[str, Any]) -> None:
    folder = landed / "_manifest"
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{segment}.tmp"
    # Parquet itself does not notice every byte that a disk has changed.
    sums = {path.parent.name: content_hash(path) for path in sorted(landed.glob(f"*/{segment}.parquet"))}
    temporary.write_text(json.dumps(manifest | {"sums": sums}), encoding="utf-8")
    _name_durably(temporary, folder / f"{segment}.json")


def _control_rows(outcomes: list[FileOutcome]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {part: [] for part in CONTROL_PARTS}
    for outcome in outcomes:
        identity = {"file_id": outcome.file_id, "source": outcome.source}
        rows["files"].append(identity | {"status": outcome.status, "form_versions": outcome.versions})
        rows["submissions"] += [
            identity | {"dataset": dataset, "submission_key": key, "is_held": is_held}
            for is_held, keys in ((0, outcome.submissions), (1, outcome.held - outcome.submissions))
            for dataset, key in sorted(keys)
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
        "expected example suggestion severity municipality_code row_key",
    }
    whole = {
        "submissions": "is_held",
        "counts": "rows_in rows_landed rows_set_aside",
        "bindings": "header_row",
        "findings": "row",
    }
    fields = [(name, pa.string()) for name in text[part].split()]
    return pa.schema(fields + [(name, pa.int64()) for name in whole.get(part, "").split()])


def _write_parquet(path: Path, rows: list[dict[str, Any]], schema: Any) -> None:
    import pyarrow as pa

    _write_table(path, pa.Table.from_pylist(rows, schema=schema))


def _write_table(path: Path, table: Any) -> None:
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    _name_durably(temporary, path)


def _name_durably(temporary: Path, path: Path) -> None:
    """Give a finished file its name. Its bytes come first: a power cut must not leave a name without them."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def write_empty_segments(landed: Path) -> None:
    """A typed, empty segment per dataset: an empty glob would be an error in the models."""
    import pyarrow.parquet as pq

    landed.mkdir(parents=True, exist_ok=True, mode=0o700)
    for dataset in all_datasets().values():
        path = landed / dataset.name / f"empty-{dataset.version_hash}.parquet"
        if not path.exists():
            for stale in path.parent.glob("empty-*.parquet"):
                stale.unlink()
            _write_parquet(path, [], dataset.arrow_schema)
    for part in CONTROL_PARTS:
        path = landed / f"_{part}" / "empty.parquet"
        # An older program knew fewer columns.
        if not path.exists() or not pq.read_schema(path).equals(control_schema(part)):
            _write_parquet(path, [], control_schema(part))


def _manifests(landed: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((landed / "_manifest").glob("*.json")):
        yield path, json.loads(path.read_text(encoding="utf-8"))


def landed_files(landed: Path, version: str) -> set[tuple[str, str]]:
    """The files, each as what it was read, that segments of a version hold."""
    return {
        (file_id, source)
        for _, manifest in _manifests(landed)
        if manifest["version"] == version
        for file_id, source in manifest["files"]
    }


def damage_of(landed: Path, manifest: Path) -> str:
    """Why a segment cannot be used, in words; empty when it is as it was landed.

    Segments of an older program have no sums; those are taken as they are.
    """
    try:
        stated = json.loads(manifest.read_text(encoding="utf-8"))
        sums = dict(stated.get("sums", {}))
        [(file_id, source) for file_id, source in stated["files"]], stated["version"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "目録を読めません"
    for name in ("_files", *sums):
        path = landed / name / f"{manifest.stem}.parquet"
        if not path.exists():
            return f"{name} がなくなっています"
        if name in sums and content_hash(path) != sums[name]:
            return f"{name} が、読み取ったときと違います"
    return ""


def sweep(landed: Path, version: str) -> set[tuple[str, str]]:
    """Drop older versions of this group, merged segments, what is damaged and what a crash left.

    Returns:
        What has landed; what was dropped is read again from the archive.
    """
    for path in sorted((landed / "_manifest").glob("*.json")):
        if damage_of(landed, path):
            forget_segments(landed, [path.stem])
    group = version.split("-", maxsplit=1)[0]
    found = dict(_manifests(landed))
    merged = {name for manifest in found.values() for name in manifest.get("merges", ())}
    kept: set[str] = set()
    files: set[tuple[str, str]] = set()
    for path, manifest in found.items():
        is_old = manifest["version"].split("-")[0] == group and manifest["version"] != version
        if is_old or path.stem in merged:
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


def forget_segments(landed: Path, names: Iterable[str]) -> None:
    """Drop segments so that their files are read again. The manifest goes first: without it nothing else counts."""
    for name in names:
        (landed / "_manifest" / f"{name}.json").unlink(missing_ok=True)
        for path in landed.glob(f"*/{name}.parquet"):
            path.unlink()


def compact(landed: Path, version: str) -> None:
    """Merge the small segments of this version into one when there are too many of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    small = {
        path.stem: manifest["files"]
        for path, manifest in _manifests(landed)
        if manifest["version"] == version and len(manifest["files"]) < SMALL_SEGMENT_FILES
    }
    if len(small) <= SMALL_SEGMENTS:
        return
    files = [entry for entries in small.values() for entry in entries]
    segment = _name(landed, version, files)
    for folder in sorted(landed.iterdir()):
        parts = [path for name in small if (path := folder / f"{name}.parquet").exists()]
        if parts:
            _write_table(folder / f"{segment}.parquet", pa.concat_tables([pq.read_table(p) for p in parts]))
    _write_manifest(landed, segment, {"version": version, "files": files, "merges": list(small)})
    sweep(landed, version)
