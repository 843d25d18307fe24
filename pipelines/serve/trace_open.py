"""The archived files themselves, opened again: does the cell hold what the release says was typed there?

A received file is never opened in this process, only in a killable worker. It is read by the same
readers as on the night it landed, so that units, merged cells and ditto marks mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError, reason
from pipelines.ingest.archive import Archive
from pipelines.ingest.conform.column import DITTO_MARKS
from pipelines.ingest.conform.file import conform_file_by
from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.municipalities import Municipality
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables
from pipelines.ingest.read.worker import ReadingWorkers
from pipelines.ingest.reading_policy import ReadingPolicy
from pipelines.report.evidence_cells import CHAT, EvidenceCell, landed_value, plain
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME, DIFFERENT, GONE = "一致", "不一致", "ファイルなし"
_FILES_PER_WORKER = 8


@dataclass(frozen=True)
class OpenedCell:
    """A cell as the archived file has it now.

    Attributes:
        text: as it stands in the file; empty where it may not be shown.
        result: 一致, 不一致, or ファイルなし when the archive has no such file.
        note: why it is not the same.
    """

    text: str
    result: str
    note: str = ""


@dataclass(frozen=True)
class _OpenJob:
    file: FileJob
    cells: tuple[EvidenceCell, ...]
    shows_respondents: bool


def open_cells(
    settings: Settings, cells: Iterable[EvidenceCell], *, shows_respondents: bool = False
) -> dict[EvidenceCell, OpenedCell]:
    """Open the archived file of every cell and compare.

    Args:
        settings: the home with the archive.
        cells: what the release says.
        shows_respondents: return what respondents wrote as well; personal fields never leave the worker.

    Raises:
        KyosoError: this account cannot read the archive.
    """
    archive = _archive(settings)
    policy = ReadingPolicy.newest(settings.landed, archive.ledger.receipts)
    by_file: dict[tuple[str, str], list[EvidenceCell]] = {}
    for cell in cells:
        by_file.setdefault((cell.file_id, cell.source), []).append(cell)
    opened: dict[EvidenceCell, OpenedCell] = {}
    jobs = []
    for (file_id, source), wanted in by_file.items():
        path = archive.path_of(file_id)
        if not path.exists():
            opened |= dict.fromkeys(wanted, OpenedCell("", GONE, "保管庫にこのファイルがありません"))
            continue
        # Pseudonyms are neither shown nor compared, so that nobody needs the key to trace.
        name = wanted[0].path.rsplit("/", 1)[-1]
        job = FileJob(
            file_id,
            source,
            path,
            name,
            sample_key(),
            policy.aliases,
            policy.chat_mappings,
            file_id in archive.ledger.replacements,
        )
        jobs.append(_OpenJob(job, tuple(wanted), shows_respondents))
    count = 1 if len(jobs) <= _FILES_PER_WORKER else None
    workers: ReadingWorkers[_OpenJob, list[OpenedCell]] = ReadingWorkers(
        partial(_look, policy.municipalities), count=count
    )
    for task, found in workers.map(jobs):
        if isinstance(found, Refused):
            opened |= dict.fromkeys(task.cells, OpenedCell("", DIFFERENT, found.message))
            continue
        opened |= dict(zip(task.cells, found, strict=True))
    return opened


def _archive(settings: Settings) -> Archive:
    try:
        with settings.ledger.open("rb"):
            return Archive(settings)
    except OSError as error:
        raise KyosoError(
            f"受領ファイルの保管庫を読めません({reason(error)})。",
            where=str(settings.archive),
            todo="--open と --respondents は、保管庫を読める担当者が、サーバー上で使ってください。",
        ) from None


def _look(register: tuple[Municipality, ...], job: _OpenJob) -> list[OpenedCell]:
    """Read the file as it was read when it landed, and look at each cell. Runs in a worker."""
    outcome = conform_file_by(register, job.file)
    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    wanted = {(cell.dataset, cell.sheet, cell.row) for cell in job.cells}
    for name, found in outcome.rows.items():
        rows |= {key: row for row in found if (key := (name, row["_sheet"] or "", row["_row"])) in wanted}
    for name, table in outcome.tables.items():
        slim = table.select(["_sheet", "_row"]).to_pydict()
        for index, (sheet, number) in enumerate(zip(slim["_sheet"], slim["_row"], strict=True)):
            if (name, sheet or "", number) in wanted:
                rows[name, sheet or "", number] = table.slice(index, 1).to_pylist()[0]
    is_chat = job.file.source == CHAT
    grids = {} if is_chat else {grid.sheet: grid for grid in read_tables(job.file.path).grids}
    return [_compared(cell, rows, grids, job.shows_respondents) for cell in job.cells]


def _compared(
    cell: EvidenceCell,
    rows: Mapping[tuple[str, str, int], dict[str, Any]],
    grids: Mapping[str, Grid],
    shows_respondents: bool,
) -> OpenedCell:
    row = rows.get((cell.dataset, cell.sheet, cell.row))
    if row is None:
        return OpenedCell("", DIFFERENT, "この行がファイルにありません")
    if cell.source == CHAT:
        posted = row.get("posted_at")
        day = posted.date().isoformat() if posted is not None else ""
        return OpenedCell(day, SAME if day == cell.text else DIFFERENT)
    text = "・".join(_text_at(grids.get(cell.sheet), address) for address in cell.cell.split("・") if address)
    if cell.is_personal:
        return OpenedCell("", SAME)
    again = landed_value(cell.field, row)
    stands = not again[1] or again[1] in text or text in DITTO_MARKS or not cell.cell
    is_same = again == cell.landed and stands
    if cell.is_masked:
        return OpenedCell(text if shows_respondents else "", SAME if is_same else DIFFERENT)
    return OpenedCell(text, SAME if is_same else DIFFERENT, "" if is_same else f"取込み時: {cell.text}")


def _text_at(grid: Grid | None, address: str) -> str:
    """What stands in a cell; of a merged range, what stands in its first one."""
    if grid is None:
        return ""
    letters = address.rstrip("0123456789")
    number, column = int(address[len(letters) :]), 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    value = _value(grid, number, column)
    if value is None:
        for top, left, bottom, right in grid.merged:
            if top <= number <= bottom and left <= column <= right:
                value = _value(grid, top, left)
    return plain(value).strip()


def _value(grid: Grid, number: int, column: int) -> Any:
    index = grid.row_numbers.index(number) if number in grid.row_numbers else number - grid.first_row
    if grid.row_numbers and number not in grid.row_numbers:
        return None
    position = column - grid.first_column
    if not 0 <= index < len(grid.rows) or not 0 <= position < len(grid.rows[index]):
        return None
    return grid.rows[index][position]
