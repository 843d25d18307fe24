"""Every KPI, met or not."""

from __future__ import annotations

from itertools import groupby

from pipelines.report.document import Block, Paragraph, Section
from pipelines.report.facts import Facts
from pipelines.report.sections.common import kpi_table

GROUP_LABELS = {
    "stage": "段階",
    "dispatch": "派遣",
    "wg": "WG",
    "procurement": "共同調達・共同利用",
    "talent": "人材の確保",
    "community": "交流・研修",
    "transfer": "移転(自力で続けられるか)",
    "residents": "住民サービス",
    "combination": "取組の組合せ",
    "cost": "経費",
}


def build(facts: Facts) -> Section:
    """すべてのKPI."""
    kpis = list(facts.kpis.values())
    missing = [k for k in kpis if k.value is None]
    behind = [k for k in kpis if is_behind(facts, k.kpi_id)]
    blocks: list[Block] = [
        Paragraph(
            f"定義したKPI {len(kpis)}件のすべてを示します。値のないものは{len(missing)}件で、理由を名前の後に書いています。"
            f"目標のある{sum(k.target is not None for k in kpis)}件のうち、この時点で目標に届いていないのは{len(behind)}件です。"
            "年度の終わる前の判定は「現時点」で、未達とは書きません。"
        )
    ]
    ordered = sorted(kpis, key=lambda k: (list(GROUP_LABELS).index(k.kpi_group), k.kpi_id))
    for group, members in groupby(ordered, key=lambda k: k.kpi_group):
        blocks.append(kpi_table(facts, f"kpi_{group}", GROUP_LABELS[group], [k.kpi_id for k in members]))
    return Section("outcomes", "KPIの一覧", tuple(blocks))


def is_behind(facts: Facts, kpi_id: str) -> bool:
    """Whether a KPI with a target has not reached it as things stand; without a value it has not."""
    kpi = facts.kpi(kpi_id)
    if kpi.target is None:
        return False
    if kpi.value is None:
        return True
    return kpi.value < kpi.target if kpi.direction == "up" else kpi.value > kpi.target
