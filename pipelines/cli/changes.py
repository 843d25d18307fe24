"""Figures that differ between two releases, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from pipelines.cli.console import print_rows
from pipelines.errors import KyosoError
from pipelines.settings import Settings

_CAUSES = {
    "ファイル": "ファイル",
    "プログラム": "様式・読取り・集計の規則の変更",
    "基準日": "基準日",
}
# Of a night that moves everything the first figures, the prefecture's, tell enough; the rest is in the mart.
SHOWN = 60


def print_changed(out: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of `mart_kpi_change`: which figure, before, after, and why it moved."""
    names = ["KPI", "名前", "年度", "団体", "前", "後", "差", "原因", "ファイル(+加わった −外れた)"]
    print_rows(
        out,
        names,
        [
            (
                row["kpi_id"],
                row["name_ja"] or "",
                row["fiscal_year"],
                row["municipality_code"] or "県全体",
                _plain(row["before_value"]),
                _plain(row["after_value"]),
                _plain(row["change"]),
                _CAUSES[row["cause"]],
                _files(row["files_in"], row["files_out"]),
            )
            for row in rows
        ],
    )


def print_candidate_changes(out: Console, settings: Settings) -> None:
    """What readers would see changed, had the candidate been published."""
    from pipelines.serve.holds import changes_of

    try:
        rows = changes_of(settings)
    except KyosoError as error:
        out.print(str(error), markup=False)
        return
    if not settings.current.exists():
        out.print("公開版がまだないため、比べる値はありません。")
        return
    if not rows:
        out.print("今の公開版と比べて、変わるKPIはありません。")
        return
    counts = {cause: sum(row["cause"] == cause for row in rows) for cause in _CAUSES}
    told = "、".join(f"{_CAUSES[cause]} {count}件" for cause, count in counts.items() if count)
    out.print(f"今の公開版と比べて変わるKPI: {len(rows)}件(原因: {told})")
    ordered = sorted(rows, key=lambda row: row["municipality_code"] is not None)
    print_changed(out, ordered[:SHOWN])
    if len(rows) > SHOWN:
        out.print(f"ほか{len(rows) - SHOWN}件。すべては、候補の mart_kpi_change にあります。")


def _plain(value: object) -> str:
    return "－" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def _files(added: str | None, removed: str | None) -> str:
    parts = []
    for sign, paths in (("+", added), ("−", removed)):
        names = paths.split("、") if paths else []
        if names:
            more = f" ほか{len(names) - 1}件" if len(names) > 1 else ""
            parts.append(f"{sign}{names[0]}{more}")
    return " ".join(parts)
