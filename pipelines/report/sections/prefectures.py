"""A nation's municipalities by prefecture: what paper shows where a row for each of them would fill books."""

from __future__ import annotations

from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import number_cell, stage_label

_STAGES = ("co_creation", "collaboration", "below")
_CAPABILITIES = (
    ("judge_count", "判断"),
    ("use_support_count", "活用"),
    ("solve_count", "自己解決"),
    ("lead_count", "牽引"),
)


def prefectures(facts: Facts) -> list[Row]:
    """Every prefecture's counts of the reported year, in official order; none where there is only one."""
    rows = facts.of_year("mart_prefecture", "sort_order")
    return rows if len(rows) > 1 else []


def stages_by_prefecture(facts: Facts) -> Table | None:
    """Municipalities of each prefecture by stage."""
    columns = (
        *_named("評価を受けた団体"),
        *(Column(stage_label(stage), "right") for stage in _STAGES),
        Column("うち要確認", "right"),
    )
    names = ("assessed_count", *(f"{stage}_count" for stage in _STAGES), "to_confirm_count")
    return _table(facts, "stage_by_prefecture", "都道府県別の段階(裏付けあり、団体数)", columns, names)


def capabilities_by_prefecture(facts: Facts) -> Table | None:
    """How many municipalities of each prefecture meet a capability."""
    columns = (*_named("評価を受けた団体"), *(Column(label, "right") for _, label in _CAPABILITIES))
    names = ("assessed_count", *(name for name, _ in _CAPABILITIES))
    title = "都道府県別の、能力の基準を満たす団体数"
    return _table(facts, "capabilities_by_prefecture", title, columns, names)


def dispatch_by_prefecture(facts: Facts) -> Table | None:
    """Planned and delivered visits of each prefecture's municipalities."""
    columns = (
        *_named("派遣の団体"),
        Column("計画(人回)", "right"),
        Column("実績(人回)", "right"),
        Column("実施率(%)", "right"),
    )
    names = ("dispatched_count", "due_visit_count", "delivered_visit_count", "utilisation_pct")
    return _table(facts, "dispatch_by_prefecture", "都道府県別の派遣(基準日まで)", columns, names)


def _named(first: str) -> tuple[Column, ...]:
    return Column("都道府県", width=1.6), Column("団体", "right"), Column(first, "right", 1.4)


def _table(
    facts: Facts, key: str, title: str, columns: tuple[Column, ...], names: tuple[str, ...]
) -> Table | None:
    rows = prefectures(facts)
    if not rows:
        return None
    lines = tuple(
        (
            Cell(row["prefecture_name"]),
            number_cell(row["municipality_count"]),
            *(number_cell(row[name], 1 if name.endswith("_pct") else 0) for name in names),
        )
        for row in rows
    )
    return Table(key, title, columns, lines, empty_reason="該当なし。")
