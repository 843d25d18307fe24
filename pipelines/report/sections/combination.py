"""The measures together: who was in contact with which of them, and who was reached without a dispatch."""

from __future__ import annotations

from pipelines.report.document import Bullets, Cell, Column, Figure, Table
from pipelines.report.facts import Facts
from pipelines.report.wording import NO_VALUE, number_cell

_EXPOSURE = """
with chosen as (
    select cast(? as integer) as fiscal_year
), visits as (
    select municipality_code, delivered_visit_count as n from mart_dispatch_utilisation where fiscal_year = (select fiscal_year from chosen)
), wgs as (
    select municipality_code, count(*) as n from mart_wg_participation
    where fiscal_year = (select fiscal_year from chosen) and attended_meeting_count > 0 group by municipality_code
), cases as (
    select municipality_code, count(*) as n from fct_procurement_participant
    where fiscal_year = (select fiscal_year from chosen) group by municipality_code
), chat as (
    select municipality_code, cast(sum(message_count) as bigint) as n from mart_community
    where fiscal_year = (select fiscal_year from chosen) group by municipality_code
)
select m.name, v.n as visits, w.n as wgs, c.n as cases, h.n as messages, k.numerator as is_all
from dim_municipality m
left join visits v on v.municipality_code = m.municipality_code
left join wgs w on w.municipality_code = m.municipality_code
left join cases c on c.municipality_code = m.municipality_code
left join chat h on h.municipality_code = m.municipality_code
left join mart_kpi k on k.municipality_code = m.municipality_code and k.kpi_id = 'K801' and k.fiscal_year = (select fiscal_year from chosen)
order by m.sort_order
"""


def exposure(facts: Facts) -> Figure:
    """Per municipality, how much of each measure; K801 counts those in contact with all of them."""
    rows = facts.rows(_EXPOSURE, facts.fiscal_year)
    any_contact = any(r[name] for r in rows for name in ("visits", "wgs", "cases", "messages"))
    lines = tuple(
        (
            Cell(r["name"]),
            *(
                number_cell(r[name], mark="member") if r[name] else Cell(NO_VALUE)
                for name in ("visits", "wgs", "cases", "messages")
            ),
            Cell("○" if r["is_all"] else "", mark="lead" if r["is_all"] else ""),
        )
        for r in rows
        if any_contact
    )
    columns = (
        Column("団体", width=1.4),
        Column("派遣(人回)", "right"),
        Column("参加したWG(件)", "right"),
        Column("共同調達(件)", "right"),
        Column("チャット投稿(件)", "right"),
        Column("すべてに接した", "center"),
    )
    return Figure(
        "exposure",
        "取組の組合せ(団体ごと)",
        "団体ごとに、派遣・WG・共同調達・チャットのそれぞれにどれだけ接したか。内容は表のとおり。",
        Table(
            "exposure",
            "取組の組合せ",
            columns,
            lines,
            empty_reason="該当なし。この年度の派遣・WG・共同調達・チャットの記録がありません。",
        ),
        note=f"すべてに接した団体は{facts.kpi('K801').text}(K801)。接したことを示すだけで、組合せの効果を示すものではありません。",
    )


def spillover(facts: Facts) -> tuple[Bullets, ...]:
    """How far those without a dispatch were reached through others, as each registered analysis counted it."""
    rows = facts.rows(
        "select analysis_id, reading_ja from mart_effect_sensitivity "
        "where fiscal_year = ? and check_kind = 'spillover' order by analysis_id, position",
        facts.fiscal_year,
    )
    if not rows:
        return (
            Bullets(
                "spillover",
                "波及",
                ("該当なし。推定を行った分析がないため、波及の大きさは計算していません。",),
            ),
        )
    return (Bullets("spillover", "波及", tuple(f"{r['analysis_id']}: {r['reading_ja']}" for r in rows)),)
