"""様式一覧: which form is for whom, when it is due and into which folder the received file goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.ingest.contracts import EXPORT, PREFECTURE, Dataset, all_datasets
from pipelines.ingest.municipalities import area
from pipelines.report.form.looks import row_height, set_up_page, write
from pipelines.report.marks import SOFT, STRONG, WASH
from pipelines.report.workbook.archive import reproducible_bytes

INDEX_NAME = "様式一覧.xlsx"
COLUMNS = (
    ("様式", 24.0),
    ("様式番号", 34.0),
    ("版", 8.0),
    ("記入する人", 14.0),
    ("次の対象期間", 14.0),
    ("次の提出期限", 14.0),
    ("受け取ったら置くフォルダ(例)", 40.0),
    ("1行が表すもの", 50.0),
)
_HEADING_ROW = 4
_NOTE = (
    "提出期限は、県の設定「提出期限」に登録されたものです。空欄は登録がありません。"
    "フォルダの名前は、対象の年度(R8など)、資料、受け取った日(2026-06-10など)の順です。"
)


@dataclass(frozen=True)
class Deadline:
    """When a form is due next.

    Attributes:
        dataset: the form.
        period: what the submission is about, as policy writes it: 2026-06, R8, R8末.
        scope: who submits, in words: 全団体, 派遣団体, 県.
        due: the last day.
    """

    dataset: str
    period: str
    scope: str
    due: date


def index_rows(deadlines: Iterable[Deadline]) -> list[tuple[str, ...]]:
    """A row for each form, in the order of the contracts.

    Args:
        deadlines: those not yet past; the earliest of each form is shown.
    """
    first: dict[str, Deadline] = {}
    for deadline in sorted(deadlines, key=lambda d: (d.due, d.period)):
        first.setdefault(deadline.dataset, deadline)
    forms = [d for d in all_datasets().values() if d.kind == "table" and d.filled_by != EXPORT]
    return [_row(dataset, first.get(dataset.name)) for dataset in forms]


def index_bytes(deadlines: Sequence[Deadline]) -> bytes:
    """The list as the bytes of a workbook."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "様式一覧"
    write(sheet, 1, 1, "様式一覧", size=14, bold=True, color=STRONG)
    write(sheet, 2, 1, _NOTE, size=9, color=SOFT)
    for column, (text, width) in enumerate(COLUMNS, start=1):
        write(sheet, _HEADING_ROW, column, text, bold=True, fill=WASH)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, texts in enumerate(index_rows(deadlines), start=_HEADING_ROW + 1):
        for column, text in enumerate(texts, start=1):
            write(sheet, row, column, text, wrap=True, fill="FFFFFF")
        row_height(sheet, row, [(t, w) for t, (_, w) in zip(texts, COLUMNS, strict=True)])
    set_up_page(sheet, "様式一覧", _HEADING_ROW)
    book.properties.creator = area()
    book.properties.title = "様式一覧"
    return reproducible_bytes(book)


def _row(dataset: Dataset, deadline: Deadline | None) -> tuple[str, ...]:
    who = "県" if dataset.filled_by == PREFECTURE else "市町村"
    return (
        dataset.label,
        dataset.name,
        dataset.versions[-1],
        deadline.scope if deadline else who,
        deadline.period if deadline else "",
        f"{deadline.due:%Y-%m-%d}" if deadline else "",
        f"raw/R8/{dataset.source}/2026-06-10",
        dataset.description,
    )
