"""Cost of the programme: spending against its budget, and the budget against last year's."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, is_due
from pipelines.quality.limits import COST_OVERRUN_MAX, COST_SWING_MAX

EXPECTATIONS = (
    Expectation(
        id="Q-COST-01",
        table="mart_programme_cost",
        tables=("mart_submission",),
        title_ja="対象年度の事業費に、予算がある(事業台帳の提出期限から)",
        why_ja="予算のない年度では、1団体当たりの費用も財源の内訳も出せないため。",
        what_to_do_ja="事業台帳の「事業費」シートに、対象年度の予算額があるか確かめてください。",
        frame=f"""
            select cast(r.fiscal_year as varchar) as scope, cast(r.fiscal_year as varchar) || '年度' as label,
                cast(coalesce(sum(c.budget_jpy), 0) as double) as budget_jpy
            from run r left join mart_programme_cost c on c.fiscal_year = r.fiscal_year
            where {is_due("register")}
            group by 1, 2
        """,
        check=between("budget_jpy", 1),
        observed="budget_jpy",
    ),
    Expectation(
        id="Q-COST-02",
        table="mart_programme_cost",
        title_ja="執行見込・決算が、予算を大きく超えない",
        why_ja="予算を超える執行は補正なしには起こらず、単位や年度の取り違えを示すため。",
        what_to_do_ja="該当事業の予算額・執行額の単位を確かめてください。補正があれば予算額を改めてください。",
        frame="""
            select programme || ' ' || cast(fiscal_year as varchar) as scope, programme as label,
                100.0 * greatest(coalesce(sum(actual_jpy), 0), coalesce(sum(forecast_jpy), 0))
                    / nullif(sum(budget_jpy), 0) as spent_pct
            from mart_programme_cost group by programme, fiscal_year order by 1
        """,
        check=between("spent_pct", 0, COST_OVERRUN_MAX),
        observed="spent_pct",
    ),
    Expectation(
        id="Q-COST-03",
        table="mart_programme_cost",
        title_ja="事業費の予算が、前年度から何倍も動いていない",
        why_ja="円と千円の取り違えは、前年度比に1000倍として現れるため。",
        what_to_do_ja="事業費シートの単位を確かめてください。正しければ例外承認を登録してください。",
        frame="""
            with years as (
                select fiscal_year, cast(sum(budget_jpy) as double) as budget_jpy
                from mart_programme_cost group by 1
            )
            select cast(now.fiscal_year as varchar) as scope,
                cast(now.fiscal_year as varchar) || '年度' as label,
                greatest(now.budget_jpy / nullif(before.budget_jpy, 0),
                    before.budget_jpy / nullif(now.budget_jpy, 0)) as ratio
            from years now inner join years before on before.fiscal_year = now.fiscal_year - 1
            where now.fiscal_year = (select fiscal_year from run)
        """,
        check=between("ratio", None, COST_SWING_MAX),
        observed="ratio",
    ),
)
