"""The logic model: how activities should lead to outputs and outcomes, each box with every one of its KPIs.

The boxes come from the KPI definitions (group and kind), so no KPI can be left out of the picture.
"""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Figure, Paragraph, Section, Table
from pipelines.report.facts import Facts, Kpi
from pipelines.report.figures.logic_model import KINDS
from pipelines.report.sections.kpi_table import legend, standing, target_cell, value_cell
from pipelines.report.wording import number_text

# From what is put in to what is hoped for.
STRANDS = {
    "cost": "経費(投入)",
    "talent": "人材の確保",
    "dispatch": "個別支援(派遣)",
    "wg": "WG",
    "procurement": "共同調達・共同利用",
    "community": "交流・研修",
    "combination": "取組の組合せ",
    "transfer": "移転(自力で続けられるか)",
    "stage": "団体の段階",
    "residents": "住民サービス",
}


def build(facts: Facts) -> Section:
    """ロジックモデル."""
    kpis = list(facts.kpis.values())
    texts = [
        "経費と人を投じ(投入)、派遣・WG・共同調達・交流を行い(活動)、成果物や参加を得て(アウトプット)、団体が自力で課題を解決できるようになり、"
        "住民サービスがよくなる(アウトカム)という想定です。想定のつながりであって、因果を示した証拠ではありません。"
        "派遣を受けた団体と受けなかった団体の比較は「効果の推定」の章にあります。",
        _counts(kpis),
    ]
    blocks: tuple[Block, ...] = (*(Paragraph(text) for text in texts), figure(kpis))
    return Section("logic_model", "ロジックモデル", tuple(blocks))


def _counts(kpis: list[Kpi]) -> str:
    parts = []
    for kind in KINDS:
        chosen = [k for k in kpis if k.kind == kind]
        known = sum(not k.is_missing for k in chosen)
        parts.append(f"{kind} {number_text(len(chosen))}件(値あり {number_text(known)}件)")
    return f"KPIは、{'、'.join(parts)}です。"


def figure(kpis: list[Kpi]) -> Figure:
    """Every KPI in the box of its strand and kind."""
    ranked = sorted(kpis, key=lambda k: (list(STRANDS).index(k.kpi_group), KINDS.index(k.kind), k.kpi_id))
    rows = tuple(
        (
            Cell(k.kpi_id),
            Cell(k.name_ja),
            Cell(STRANDS[k.kpi_group]),
            Cell(k.kind),
            Cell(k.text, k.value, value_cell(k).number_format),
            target_cell(k),
            standing(k) if k.target is not None else Cell("目標なし"),
        )
        for k in ranked
    )
    columns = (
        Column("番号", width=0.8),
        Column("KPI", width=4),
        Column("分野", width=2.2),
        Column("区分", width=1.5),
        Column("値", "right", 1.6),
        Column("目標", "right", 1.4),
        Column("現状", "center", 1),
    )
    boxes = {(k.kpi_group, k.kind) for k in ranked}
    return Figure(
        "logic_model",
        "活動からアウトカムまで(KPIと値)",
        f"ロジックモデル。{len(STRANDS)}の分野を上から、活動・アウトプット・アウトカムを左から並べ、"
        f"{len(boxes)}の枠にKPI {len(ranked)}件と値を書いた図。"
        "内容は表のとおり。",
        Table(
            "logic_model",
            "ロジックモデルのKPI",
            columns,
            rows,
            kpi_ids=tuple(k.kpi_id for k in ranked),
            empty_reason="該当なし。KPIが定義されていません。",
        ),
        note="現状は、目標のあるKPIだけに書いています。共同調達の削減額は根拠区分ごとで、足し合わせません。"
        + "".join(legend(kpis)),
    )
