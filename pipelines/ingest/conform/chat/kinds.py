"""Which chat tool a file came from, by its content, and the reader that knows it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipelines.ingest.conform.outcome import FileJob, refusal
from pipelines.ingest.conform.strangers import sheet_not_read
from pipelines.ingest.conform.unseen import unseen_cells
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.findings import Finding, Place
from pipelines.ingest.read.chat_export import ChatExport
from pipelines.ingest.read.chat_mapping import ChatMapping, Fit, fitting, no_mapping
from pipelines.ingest.read.chat_table import ChatTableReader
from pipelines.ingest.read.chatwork import is_chatwork, read_chatwork
from pipelines.ingest.read.delimited import MAX_BYTES, read_delimited
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.lineworks import is_lineworks, read_lineworks
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack import read_slack
from pipelines.ingest.read.slack_analytics import is_slack_analytics, read_slack_analytics
from pipelines.ingest.read.tables import Tables, name_of, read_tables
from pipelines.ingest.read.teams_messages import read_teams_messages
from pipelines.ingest.read.teams_usage import heading_of, read_teams_usage

MESSAGES, DAILY, PERIOD = "messages", "daily_activity", "period_activity"


@dataclass
class ChatFile:
    """A chat export as read: `rows` names the dataset, `tool` the kind of export."""

    rows: str
    tool: str
    export: ChatExport
    findings: list[Finding] = field(default_factory=list)


def read_chat(job: FileJob, kind: str) -> ChatFile:
    """Read a chat export with the reader of its kind.

    Args:
        job: the file, the key and the officer's mappings.
        kind: what `kind_of` says of the file.

    Raises:
        Refused: the file is no chat export, or no mapping fits its columns.
    """
    pseudonym = job.key.pseudonym
    if kind == "slack":
        return ChatFile(MESSAGES, "slack", read_slack(job.path, pseudonym))
    if kind in ("gzip", "json"):
        if is_slack_analytics(job.path):
            return ChatFile(DAILY, "slack_analytics", read_slack_analytics(job.path, pseudonym))
        return ChatFile(MESSAGES, "teams", read_teams_messages(job.path, pseudonym))
    if kind == "zip" and _is_chatwork(job):
        return ChatFile(MESSAGES, "chatwork", read_chatwork(job.path, job.chat_mappings, pseudonym))
    return _from_tables(job, _tables(job, kind))


def _is_chatwork(job: FileJob) -> bool:
    with zipfile.ZipFile(job.path) as archive:
        return is_chatwork(name_of(entry) for entry in archive.infolist())


def _tables(job: FileJob, kind: str) -> Tables:
    """The file's tables; where a mapping names another encoding and fits under it, in that encoding."""
    if kind == "text" and job.path.stat().st_size <= MAX_BYTES:
        for mapping in job.chat_mappings:
            grid = _in_encoding(job, mapping) if mapping.encoding.strip() else None
            if grid and fitting([mapping], grid):
                return Tables([grid])
    return read_tables(job.path)


def _in_encoding(job: FileJob, mapping: ChatMapping) -> Grid | None:
    try:
        text = job.path.read_bytes().decode(mapping.encoding.strip())
    except UnicodeError:
        return None
    except LookupError:
        raise Refused(
            "unknown_encoding",
            f"チャット対応表の「{mapping.tool_name}」の文字コード「{mapping.encoding}」が分かりません。",
            "utf-8、utf-16、cp932、euc_jp、iso2022_jp のいずれか。自動で分かるものは空欄",
            "チャット対応表の「文字コード」を直して、設定(policy)のフォルダに置き直してください。",
        ) from None
    try:
        return read_delimited(text.encode())
    except Refused:
        return None


def _from_tables(job: FileJob, tables: Tables) -> ChatFile:
    findings = [refusal(Place(job.file_id, job.source, sheet=name), why) for name, why in tables.refused]
    shown = [grid for grid in tables.grids if not grid.is_hidden]
    readers: tuple[tuple[Callable[[Grid], object], Callable[[list[Grid]], ChatFile]], ...] = (
        (
            heading_of,
            lambda grids: ChatFile(PERIOD, "teams_usage", read_teams_usage(grids, job.key.pseudonym)),
        ),
        (
            is_lineworks,
            lambda grids: ChatFile(MESSAGES, "lineworks", read_lineworks(grids, job.key.pseudonym)),
        ),
        (lambda grid: fitting(job.chat_mappings, grid), lambda grids: _by_mapping(job, grids)),
    )
    for knows, read in readers:
        known = [grid for grid in shown if knows(grid)]
        if known:
            file = read(known)
            others = [grid for grid in tables.grids if not any(grid is other for other in known)]
            file.findings += findings + _not_read(job, others, known)
            return file
    raise no_mapping(shown)


def _by_mapping(job: FileJob, grids: list[Grid]) -> ChatFile:
    reader = ChatTableReader(job.key.pseudonym)
    fits: list[tuple[Fit, Grid]] = [(fit, g) for g in grids if (fit := fitting(job.chat_mappings, g))]
    for fit, grid in fits:
        reader.take(fit, grid)
    tools = " ".join(sorted({fit.mapping.tool_name for fit, _ in fits}))
    return ChatFile(MESSAGES, f"mapping({tools})", reader.export())


def _not_read(job: FileJob, left_out: list[Grid], known: list[Grid]) -> list[Finding]:
    """Sheets that are left out are named; hidden rows of those that are read too."""
    place = Place(job.file_id, job.source)
    datasets = list(load_contracts()[job.source].datasets.values())
    findings = [f for g in left_out for f in sheet_not_read(replace(place, sheet=g.sheet), g, datasets)]
    return findings + [f for g in known for f in unseen_cells(replace(place, sheet=g.sheet), g)]
