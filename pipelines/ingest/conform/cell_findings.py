"""What is wrong with a cell or a row, in words for the clerk who typed it."""

from __future__ import annotations

from typing import Any

from pipelines.ingest.conform.cell import example_of
from pipelines.ingest.conform.header import Header
from pipelines.ingest.contracts import Field
from pipelines.ingest.findings import ERROR, MASKED, WARNING, Finding, Place
from pipelines.ingest.japanese.reading import Unreadable
from pipelines.ingest.read.grid import CellValue


def missing(field_: Field) -> Unreadable:
    """A required cell that is empty."""
    return Unreadable("missing_value", "必須の項目が空欄です。", f"{field_.label}の記入", example_of(field_))


def unreadable(
    place: Place, field_: Field, error: Unreadable, value: CellValue, address: str, row_number: int
) -> Finding:
    """The finding for a cell that could not be read; a personal or respondent's text is masked."""
    message = "記入を読み取れません。" if field_.is_masked and value is not None else error.message
    effect = "この行は集計に入っていません。" if field_.is_required else "この項目は空として扱いました。"
    return place.finding(
        ERROR,
        error.rule,
        f"「{field_.label}」: {message}{effect}",
        cell=address,
        row=row_number,
        field=field_.name,
        field_label=field_.label,
        typed_text=typed_text(value, field_),
        expected=error.expected,
        example=error.example,
        suggestion="" if field_.is_masked else error.suggestion,
    )


def repaired(
    place: Place, field_: Field, repair: str, value: CellValue, address: str, row_number: int
) -> Finding:
    """The finding for a cell that was read differently from how it stands."""
    return place.finding(
        WARNING,
        "value_was_read_differently",
        "記入と異なる形に読み替えました。" if field_.is_masked else repair,
        cell=address,
        row=row_number,
        field=field_.name,
        field_label=field_.label,
        typed_text=typed_text(value, field_),
        expected="読み替えが正しいことの確認",
        example=example_of(field_),
    )


def typed_text(value: CellValue, field_: Field) -> str:
    """What stands in the cell, as far as others may see it."""
    if value is None:
        return ""
    return MASKED if field_.is_masked else str(value)


def duplicate(header: Header, key: tuple[Any, ...], row_number: int, other_row: int, place: Place) -> Finding:
    """The finding for a row that is set aside because another one with its key counts."""
    fields = [header.dataset.field(name) for name in header.dataset.key_fields]
    labels = "・".join(f.label for f in fields)
    is_renewed = header.dataset.keeps_newest
    return place.finding(
        WARNING if is_renewed else ERROR,
        "renewed_row" if is_renewed else "duplicate_key",
        f"「{labels}」が{other_row}行目と同じです。"
        + ("新しい方だけを集計に入れました。" if is_renewed else "この行は集計に入っていません。"),
        row=row_number,
        cell=f"{row_number}:{row_number}",
        typed_text=MASKED if any(f.is_masked for f in fields) else "、".join(str(part) for part in key),
        expected=f"{labels}が行ごとに異なること",
        example="、".join(example_of(f) for f in fields),
        suggestion="" if is_renewed else "二重の行を削除するか、番号を付け直してください。",
    )


def hidden_row(row_number: int, place: Place) -> Finding:
    """The finding for a row that nobody sees, in a form whose contract does not count such rows."""
    return place.finding(
        ERROR,
        "hidden_row_left_out",
        "非表示の行です。この様式では、見えない行は集計に入りません。",
        cell=f"{row_number}:{row_number}",
        row=row_number,
        expected="すべての行が見えている表",
        suggestion="集計に入れる行は再表示し(フィルターも解除)、入れない行は削除してください。",
    )
