"""One received file: read it, find its tables, conform their rows. The unit of work of a reading worker.

Example:
    >>> from pipelines.ingest.conform.file import FileJob, conform_file
    >>> outcome = conform_file(FileJob("0" * 64, "visit_log", Path("報告書.xlsx"), "報告書.xlsx", key=sample_key()))
    >>> outcome.status, [f.message for f in outcome.findings]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.ingest.conform.cell import ParsingContext
from pipelines.ingest.conform.header import Header, find_headers
from pipelines.ingest.conform.preamble import read_preamble
from pipelines.ingest.conform.table import TableRows, conform_rows
from pipelines.ingest.contracts import Dataset, all_datasets, load_contracts
from pipelines.ingest.findings import ERROR, INFO, WARNING, Finding, Place
from pipelines.ingest.pseudonyms import PseudonymKey
from pipelines.ingest.read.award_zip import read_award_zip
from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.delimited import read_delimited
from pipelines.ingest.read.grid import Grid, column_letter
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack import read_slack
from pipelines.ingest.read.workbook import read_workbook

LANDED, REFUSED = "landed", "refused"


@dataclass(frozen=True)
class FileJob:
    """What a worker needs to read one file."""

    file_id: str
    source: str
    path: Path
    name: str
    key: PseudonymKey
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetCount:
    """Reconciliation of one table: rows in = landed + set aside."""

    dataset: str
    sheet: str
    rows_in: int
    rows_landed: int
    rows_set_aside: int


@dataclass(frozen=True)
class Binding:
    """Which column (or preamble cell) a field was read from."""

    dataset: str
    sheet: str
    field: str
    cell_column: str
    header_row: int
    preamble_cell: str


@dataclass
class FileOutcome:
    """Everything one file gave: rows by dataset, and what is wrong with it."""

    file_id: str
    source: str
    status: str = LANDED
    versions: str = ""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    submissions: set[tuple[str, str]] = field(default_factory=set)
    counts: list[SheetCount] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def conform_file(job: FileJob) -> FileOutcome:
    """Read and conform one file. Never raises for what is in the file: that becomes findings."""
    outcome = FileOutcome(job.file_id, job.source)
    try:
        kind = kind_of(job.path)
        if job.source == "chat_activity":
            _conform_chat(job, kind, outcome)
        else:
            _conform_grids(job, _grids(job, kind), outcome)
    except Refused as refused:
        refuse(outcome, refused)
    return outcome


def refuse(outcome: FileOutcome, refused: Refused) -> None:
    """Turn a refusal into the outcome's only result."""
    outcome.status = REFUSED
    outcome.rows.clear()
    outcome.submissions.clear()
    outcome.counts.clear()
    outcome.findings.append(
        Place(outcome.file_id, outcome.source).finding(
            ERROR,
            refused.rule,
            f"{refused.message}このファイルは集計に入っていません。",
            expected=refused.expected,
            suggestion=refused.suggestion,
        )
    )


def _grids(job: FileJob, kind: str) -> list[Grid]:
    if kind == "award_zip":
        return read_award_zip(job.path)
    if kind in ("workbook", "ole"):
        return read_workbook(job.path)
    if kind == "text":
        return [read_delimited(job.path.read_bytes())]
    names = {
        "html": "Webページ(HTML)",
        "pdf": "PDF",
        "empty": "空のファイル",
        "slack": "チャットの書き出し",
        "zip": "ZIP",
    }
    raise Refused(
        "not_a_table",
        f"表のファイルではありません(中身は{names[kind]})。",
        "Excel(.xlsx)またはCSV",
        "Excelで開き「Excelブック(.xlsx)」で保存し直してください。",
    )


def _conform_grids(job: FileJob, grids: list[Grid], outcome: FileOutcome) -> None:
    datasets = [d for d in load_contracts()[job.source].datasets.values() if d.kind != "chat_export"]
    versions: list[str] = []
    strangers: list[Grid] = []
    for grid in grids:
        place = Place(job.file_id, job.source, sheet=grid.sheet)
        if grid.is_hidden:
            if any(True for i in range(len(grid.rows)) for _ in grid.cells(i)):
                outcome.findings.append(_not_read(place, "非表示のシートは読み取りません。"))
            continue
        headers = find_headers(grid, datasets)
        if not headers:
            strangers.append(grid)
            continue
        start = 0
        for number, header in enumerate(headers):
            end = headers[number + 1].row_index if number + 1 < len(headers) else len(grid.rows)
            _conform_table(job, grid, header, start, end, outcome)
            versions.append(f"{header.dataset.rows}:{header.version}")
            start = header.row_index + header.height
    if not versions:
        raise _unknown_form(job, strangers)
    for grid in strangers:
        if any(True for i in range(len(grid.rows)) for _ in grid.cells(i)):
            place = Place(job.file_id, job.source, sheet=grid.sheet)
            outcome.findings.append(
                _not_read(place, "様式の表が見つからないため、このシートは読み取りません。")
            )
    outcome.versions = " ".join(sorted(set(versions)))


def _conform_table(
    job: FileJob, grid: Grid, header: Header, start: int, end: int, outcome: FileOutcome
) -> None:
    dataset = header.dataset
    place = Place(job.file_id, job.source, dataset.name, grid.sheet)
    context = ParsingContext(job.key, job.aliases)
    preamble, cells, findings, is_lost = read_preamble(grid, header, start, place, context)
    place = Place(
        job.file_id, job.source, dataset.name, grid.sheet, str(preamble.get("municipality_code") or "")
    )
    context = ParsingContext(job.key, job.aliases, _fiscal_year_of(preamble))
    table = conform_rows(grid, header, end, preamble, place, context)
    findings += _heading_findings(grid, header, place)
    if is_lost or header.missing_required:
        table = TableRows([], table.rows_in, table.rows_in, table.findings)
    outcome.findings += findings + table.findings
    for row in table.rows:
        full = preamble | row
        full |= {"_file_id": job.file_id, "_sheet": grid.sheet}
        full["_submission_key"] = submission_key(dataset, full, job.file_id)
        outcome.submissions.add((dataset.name, full["_submission_key"]))
        outcome.rows.setdefault(dataset.name, []).append(full)
    if table.rows_in == 0 and not is_lost and _key_is_known(dataset, preamble):
        outcome.submissions.add((dataset.name, submission_key(dataset, preamble, job.file_id)))
    outcome.counts.append(
        SheetCount(dataset.name, grid.sheet, table.rows_in, len(table.rows), table.set_aside)
    )
    first = grid.physical_row(header.row_index + header.height - 1)
    for column in header.columns:
        letter = column_letter(grid.first_column + column.index)
        outcome.bindings.append(Binding(dataset.name, grid.sheet, column.field.name, letter, first, ""))
    for name, cell in cells.items():
        outcome.bindings.append(Binding(dataset.name, grid.sheet, name, "", first, cell))


def _fiscal_year_of(preamble: dict[str, Any]) -> int | None:
    if preamble.get("fiscal_year") is not None:
        return int(preamble["fiscal_year"])
    month = preamble.get("report_month")
    return None if month is None else month.year - (month.month < 4)


def _key_is_known(dataset: Dataset, values: dict[str, Any]) -> bool:
    special = {"form_file", "dataset"}
    return all(name in special or name in values for name in dataset.submission_key)


def submission_key(dataset: Dataset, row: dict[str, Any], file_id: str) -> str:
    """The key under which a later file supersedes this row's file.

    `form_file`: every file stands by itself; `dataset`: the newest file replaces all.
    """
    special = {"form_file": file_id, "dataset": "*"}
    parts = [special.get(name) or row.get(name) for name in dataset.submission_key]
    return "/".join("" if part is None else str(part) for part in parts)


def _heading_findings(grid: Grid, header: Header, place: Place) -> list[Finding]:
    row = grid.physical_row(header.row_index)
    findings = []
    for field_ in header.missing:
        required = field_.is_required
        effect = "この表の行は集計に入っていません。" if required else "この項目は空として扱いました。"
        findings.append(
            place.finding(
                ERROR if required else WARNING,
                "missing_column",
                f"列「{field_.header(header.version)}」がありません。{effect}",
                row=row,
                cell=f"{row}:{row}",
                field=field_.name,
                field_label=field_.label,
                expected=f"見出しの行に「{field_.header(header.version)}」",
                suggestion="様式の見出しを変えずに使ってください。",
            )
        )
    for index, text in header.unknown:
        findings.append(
            place.finding(
                WARNING,
                "unknown_column",
                f"列「{text.strip()}」は様式にないため、読み取っていません。",
                row=row,
                cell=f"{column_letter(grid.first_column + index)}{row}",
                typed_text=text,
                expected="様式にある列だけ",
                suggestion="必要な列であれば、県の担当者に知らせてください。",
            )
        )
    return findings


def _not_read(place: Place, message: str) -> Finding:
    return place.finding(
        INFO, "sheet_not_read", message, suggestion="集計に必要な表があれば、様式のシートに移してください。"
    )


def _unknown_form(job: FileJob, grids: list[Grid]) -> Refused:
    nearest = _nearest(grids)
    here = load_contracts()[job.source].label
    if nearest and nearest.source != job.source:
        there = load_contracts()[nearest.source].label
        return Refused(
            "wrong_source",
            f"「{here}」の様式ではありません。「{nearest.label}」({there})の様式に近いものです。",
            f"「{here}」の様式",
            f"フォルダ {nearest.source} に置き直すか、正しいファイルを送ってください。",
        )
    hint = f"最も近い様式は「{nearest.label}」です。" if nearest else ""
    labels = "、".join(d.label for d in load_contracts()[job.source].datasets.values())
    return Refused(
        "unknown_header",
        f"様式の見出しが見つかりません。{hint}",
        f"次のいずれかの様式: {labels}",
        "様式の見出しの行を変えずに記入してください。",
    )


def _nearest(grids: list[Grid]) -> Dataset | None:
    found = [h for grid in grids for h in find_headers(grid, all_datasets().values())]
    return max(found, key=lambda h: h.score).dataset if found else None


def _conform_chat(job: FileJob, kind: str, outcome: FileOutcome) -> None:
    if kind != "slack":
        raise Refused(
            "unknown_chat_export",
            "チャットの書き出しとして読めません。",
            "Slackの書き出しZIP(channels.json、users.jsonを含む)",
            "Slackの管理画面から書き出したZIPを、展開せずにそのまま置いてください。",
        )
    dataset = load_contracts()["chat_activity"].datasets["chat_activity__messages"]
    export = read_slack(job.path, job.key.pseudonym)
    key = submission_key(dataset, {}, job.file_id)
    place = Place(job.file_id, job.source, dataset.name)
    outcome.versions = "messages:slack"
    outcome.submissions.add((dataset.name, key))
    names = [f.name for f in dataset.fields]
    outcome.rows[dataset.name] = [
        {name: getattr(m, name) for name in names}
        | {"_file_id": job.file_id, "_sheet": m.sheet, "_row": m.row, "_submission_key": key}
        for m in export.messages
    ]
    for aside in export.set_aside:
        there = Place(job.file_id, job.source, dataset.name, aside.sheet)
        outcome.findings.append(
            there.finding(
                ERROR,
                aside.rule,
                f"{aside.message}この投稿は集計に入っていません。",
                row=aside.row,
                cell=f"{aside.row}件目",
                expected="利用者一覧にある投稿者",
                suggestion="利用者一覧を含む期間で書き出し直してください。",
            )
        )
    if export.ignored_count:
        outcome.findings.append(
            place.finding(
                INFO,
                "not_a_member_post",
                f"参加通知・ボット・削除済みなど、会員の投稿でないもの{export.ignored_count}件を除きました。",
            )
        )
    landed, aside_count = len(export.messages), len(export.set_aside)
    outcome.counts.append(SheetCount(dataset.name, "", landed + aside_count, landed, aside_count))
