"""What nobody sees in a sheet: hidden and filtered rows, and values that come out of another file."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.ingest.findings import WARNING, Finding, Place
from pipelines.ingest.read.grid import Grid

_SHOWN = 10


def unseen_cells(place: Place, grid: Grid) -> list[Finding]:
    """Hidden rows and columns, filtered rows and linked values are read like any other, but never silently."""
    return [*_hidden(place, grid.unseen), *_filtered(place, grid.filtered), *_linked(place, grid)]


def _hidden(place: Place, lines: Sequence[str]) -> list[Finding]:
    if not lines:
        return []
    return [
        place.finding(
            WARNING,
            "hidden_cells_were_read",
            f"非表示の行・列({_some(lines)})も読み取りました。",
            cell=lines[0],
            expected="すべての行と列が見えている表",
            suggestion="集計に入れない行は削除し、入れる行は再表示してください。",
        )
    ]


def _filtered(place: Place, lines: Sequence[str]) -> list[Finding]:
    if not lines:
        return []
    return [
        place.finding(
            WARNING,
            "filtered_rows_were_read",
            f"フィルターで隠れている行({_some(lines)})も読み取りました。",
            cell=lines[0],
            expected="フィルターを解除した、すべての行が見えている表",
            suggestion="「データ>フィルター」を解除して確かめ、集計に入れない行は削除してください。",
        )
    ]


def _linked(place: Place, grid: Grid) -> list[Finding]:
    if not grid.linked_files and not grid.linked:
        return []
    names = f"({_some(grid.linked_files)})" if grid.linked_files else ""
    where = (
        f"セル{_some(grid.linked)}" if grid.linked else "このブックのどこか(この形式ではセルを特定できません)"
    )
    return [
        place.finding(
            WARNING,
            "value_of_another_file",
            f"{where}の数式が、別のファイル{names}の値を使っています。保存されたときの値を読み取りました。",
            cell=grid.linked[0] if grid.linked else "",
            expected="このファイルだけで分かる値",
            suggestion="値が最新か確かめ、「コピー>値の貼り付け」で値に置き換えてください。",
        )
    ]


def _some(items: Sequence[str]) -> str:
    return "、".join(items[:_SHOWN]) + ("など" if len(items) > _SHOWN else "")
