"""A municipality's stage over the years, and its dispatch month by month."""

from __future__ import annotations

from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Row
from pipelines.report.karte.towns import Towns
from pipelines.report.wording import (
    NO_VALUE,
    month_label,
    number_text,
    short_year,
    stage_cell,
)

_CAPABILITIES = (("judge", "判断"), ("use_support", "活用"), ("solve", "自己解決"), ("lead", "牽引"))


def stage_table(fiscal_year: int, stages: list[Row]) -> Table:
    """A row per year that has a stage or a reason why not."""
    lines = tuple(
        (
            Cell(short_year(r["fiscal_year"]) + ("" if r["is_comparable"] or not r["stage"] else "*")),
            stage_cell(r["stage"]),
            stage_cell(r["claimed_stage"]),
            stage_cell(r["published_stage"]),
            Cell("要確認", mark="to_confirm") if r["is_to_confirm"] else Cell(""),
            *(_capability(r, key) for key, _ in _CAPABILITIES),
        )
        for r in stages
        if r["fiscal_year"] <= fiscal_year and r["stage"]
    )
    columns = (
        Column("年度", width=1),
        Column("裏付けあり", "center", 1.5),
        Column("評点のみ", "center", 1.5),
        Column("公表", "center", 1.5),
        Column("要確認", "center", 1.3),
        *(Column(f"{label}(評点・裏付け)", "center", 2.2) for _, label in _CAPABILITIES),
    )
    return Table(
        "karte_stage",
        "段階の推移",
        columns,
        lines,
        "○は基準を満たす能力。*は、裏付けの記録がまだなかった能力があり、ほかの年度と比べられない年度。"
        if lines
        else "",
        empty_reason="該当なし。アセスメント調査票をまだ受領していません。",
    )


def _capability(row: Row, key: str) -> Cell:
    score = row[f"{key}_score"]
    if score is None:
        return Cell(NO_VALUE)
    mark = "○" if row[f"has_{key}"] else "×"
    return Cell(f"{mark} {number_text(score, 2)}点・{number_text(row[f'{key}_event_count'])}件")


def calendar_table(towns: Towns, code: str) -> Table:
    """Planned, delivered and on-site visits by month of the reported year."""
    rows = towns.of_year(code, "select * from mart_dispatch_month where fiscal_year = ? order by month")
    kinds = (
        ("計画", "planned_visit_count"),
        ("うち基準日まで", "due_visit_count"),
        ("実績", "delivered_visit_count"),
        ("うち現地", "onsite_visit_count"),
    )
    lines = tuple(
        (
            Cell(label),
            *(
                Cell(
                    number_text(r[key]) if r["is_due"] or key == "planned_visit_count" else NO_VALUE,
                    mark=_mark(r, key),
                )
                for r in rows
            ),
        )
        for label, key in kinds
        if rows
    )
    columns = (Column("人回", width=2), *(Column(month_label(r["month"]), "center") for r in rows))
    return Table(
        "karte_calendar",
        "派遣カレンダー",
        columns,
        lines,
        "色の付いた月は、月初から月末まで支援があり、現地訪問がなかった月。"
        if any(_missed(r) for r in rows)
        else "",
        empty_reason="該当なし。この年度の派遣の計画がありません。",
    )


def _missed(row: Row) -> bool:
    return bool(row["is_full_month"] and row["is_elapsed"] and not row["has_onsite_visit"])


def _mark(row: Row, key: str) -> str:
    return "no_onsite" if key == "onsite_visit_count" and _missed(row) else ""
