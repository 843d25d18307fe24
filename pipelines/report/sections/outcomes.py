"""Every KPI, met or not."""

from __future__ import annotations

from pipelines.report.document import Paragraph, Section
from pipelines.report.facts import Facts, Kpi
from pipelines.report.sections.kpi_table import kpi_table

GROUP_LABELS = {
    "stage": "段階",
    "dispatch": "派遣",
    "wg": "WG",
    "procurement": "共同調達・共同利用(削減額は根拠区分ごとのKPIで、足し合わせません)",
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
    missing = [k for k in kpis if k.is_missing]
    suppressed = [k for k in kpis if k.is_suppressed]
    aimed = [k for k in kpis if k.target is not None]
    text = (
        f"定義したKPI {len(kpis)}件のすべてを示します。値のないものは{len(missing)}件で、理由は表の下にあります。"
        f"目標のある{len(aimed)}件のうち、いま目標に届いていないのは{sum(k.is_behind for k in aimed)}件です。"
        f"{_hidden(suppressed)}"
        "目標、前年度、前年差の単位は値と同じです(%の差はポイント)。"
    )
    if any(k.status == "現時点" for k in kpis):
        text += "年度の終わる前の判定は「現時点」で、未達とは書きません。"
    return Section(
        "outcomes", "KPIの一覧", (Paragraph(text), kpi_table("kpis", "すべてのKPI", kpis, GROUP_LABELS))
    )


def _hidden(suppressed: list[Kpi]) -> str:
    """Those that nothing is said about, whether they reach their targets or not."""
    if not suppressed:
        return ""
    names = "、".join(k.kpi_id for k in suppressed)
    return f"秘匿した{len(suppressed)}件({names})は、届いているかどうかも示さず、この数に入りません。"
