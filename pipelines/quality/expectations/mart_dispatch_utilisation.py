"""Dispatch by year: plan and delivery belong together, and cost is of the right size."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, at_least, between
from pipelines.quality.limits import (
    HOURS_PER_VISIT_MAX,
    OUTSIDE_SHARE_MAX,
    UNIT_PRICE_MAX,
    UNIT_PRICE_MIN,
    UTILISATION_MAX,
)

_OF_YEAR = """
    from mart_dispatch_utilisation where fiscal_year = (select fiscal_year from run) order by 1
"""

EXPECTATIONS = (
    Expectation(
        id="Q-DISPATCH-01",
        table="mart_dispatch_utilisation",
        title_ja="派遣実施率が、ありうる範囲(0〜150%)にある",
        why_ja="上限を超える率は、計画の版の取り違えか、報告書の二重計上を示すため。",
        what_to_do_ja="派遣計画の最新版が受領されているか、同じ訪問が2通に書かれていないかを確かめてください。",
        frame=f"select municipality_code as scope, municipality_name as label, utilisation_pct {_OF_YEAR}",
        check=between("utilisation_pct", 0, UTILISATION_MAX),
        observed="utilisation_pct",
    ),
    Expectation(
        id="Q-DISPATCH-02",
        table="mart_dispatch_utilisation",
        title_ja="基準日までの計画は、年間の計画を超えない",
        why_ja="期限の来た計画は年間計画の一部であるため。",
        what_to_do_ja="派遣計画の期間と月当たり回数を確かめてください。",
        frame=f"""
            select municipality_code as scope, municipality_name as label,
                planned_visit_count, due_visit_count {_OF_YEAR}
        """,
        check=at_least("planned_visit_count", "due_visit_count"),
        observed="due_visit_count",
    ),
    Expectation(
        id="Q-DISPATCH-03",
        table="mart_dispatch_utilisation",
        title_ja="計画のない団体に、派遣の実績がない",
        why_ja="計画のない実績は分母に入らず、県全体の派遣実施率を実際より高く見せるため。",
        what_to_do_ja="該当団体の派遣計画を受領してください。団体名の書き違いなら報告書の訂正を求めてください。",
        # A body without a plan has no line in the mart, so its visits are looked for among all that were reported.
        frame="""
            select m.municipality_code as scope, m.name as label, count(v.municipality_code) as unplanned
            from dim_municipality m
            left join fct_person_visit v
                on v.municipality_code = m.municipality_code and v.fiscal_year = (select fiscal_year from run)
                and v.visit_kind = 'dispatch' and v.status = 'delivered'
                and not exists (
                    select 1 from mart_dispatch_utilisation d
                    where d.municipality_code = v.municipality_code and d.fiscal_year = v.fiscal_year
                )
            group by 1, 2 order by 1
        """,
        tables=("dim_municipality",),
        check=between("unplanned", None, 0),
        observed="unplanned",
    ),
    Expectation(
        id="Q-DISPATCH-04",
        table="mart_dispatch_utilisation",
        title_ja="支援期間の外に書かれた訪問が多すぎない",
        why_ja="期間外の訪問は実績に数えないので、多いときは期間か実施日の誤りを疑うため。",
        what_to_do_ja="派遣計画の開始日・終了日と、報告書の実施日を見比べてください。",
        frame=f"""
            select municipality_code as scope, municipality_name as label,
                100.0 * outside_period_visit_count
                    / nullif(outside_period_visit_count + delivered_visit_count, 0) as outside_pct
            {_OF_YEAR}
        """,
        check=between("outside_pct", None, OUTSIDE_SHARE_MAX),
        observed="outside_pct",
    ),
    Expectation(
        id="Q-DISPATCH-05",
        table="mart_dispatch_utilisation",
        title_ja="1人回当たりの支援時間が、1日に収まる",
        why_ja="分と時間の取り違えや、時刻の書き間違いを見つけるため。",
        what_to_do_ja="報告書の開始・終了時刻と準備時間の単位を確かめてください。",
        frame=f"""
            select municipality_code as scope, municipality_name as label,
                cast(support_hours as double) / nullif(delivered_visit_count, 0) as hours_per_visit {_OF_YEAR}
        """,
        check=between("hours_per_visit", 0, HOURS_PER_VISIT_MAX),
        observed="hours_per_visit",
    ),
    Expectation(
        id="Q-DISPATCH-06",
        table="mart_dispatch_utilisation",
        title_ja="派遣の単価が、ありうる桁である",
        why_ja="円と千円を取り違えると、費用のKPIが1000倍ちがうため。",
        what_to_do_ja="契約書の単価と、様式の単位(円・千円)を確かめてください。",
        frame=f"select municipality_code as scope, municipality_name as label, unit_price_jpy {_OF_YEAR}",
        check=between("unit_price_jpy", UNIT_PRICE_MIN, UNIT_PRICE_MAX),
        observed="unit_price_jpy",
    ),
    Expectation(
        id="Q-DISPATCH-07",
        table="mart_dispatch_utilisation",
        title_ja="達成した目標・採用された成果物は、その全体を超えない",
        why_ja="一部が全体を超えることはありえないため。",
        what_to_do_ja="取組内容(合意目標)と成果物の一覧に、重複や団体名の違いがないか確かめてください。",
        frame=f"""
            select municipality_code as scope, municipality_name as label,
                least(goal_count - attained_goal_count, deliverable_count - adopted_deliverable_count)
                    as margin
            {_OF_YEAR}
        """,
        check=between("margin", 0),
        observed="margin",
    ),
)
