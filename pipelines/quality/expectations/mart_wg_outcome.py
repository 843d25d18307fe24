"""Working groups: an outcome happened, and the register does not shrink unnoticed."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, in_set, is_due
from pipelines.quality.limits import WG_DROP_MIN

EXPECTATIONS = (
    Expectation(
        id="Q-WG-01",
        table="mart_wg_outcome",
        title_ja="具体的成果のあるWGには、基準日までの成果の日付がある",
        why_ja="予定を成果として数えないため。",
        what_to_do_ja="WG台帳の成果の段階と日付を確かめてください。",
        frame="""
            select wg_id as scope, wg_name as label,
                cast(outcome_date as varchar) as outcome_date,
                case when has_concrete_outcome
                    and (outcome_date is null or outcome_date > (select as_of from run))
                    then 0 else 1 end as is_dated
            from mart_wg_outcome where fiscal_year = (select fiscal_year from run) order by 1
        """,
        check=in_set("is_dated", 1),
        observed="outcome_date",
    ),
    Expectation(
        id="Q-WG-02",
        table="mart_wg_outcome",
        tables=("mart_submission",),
        title_ja="WGの数が、前年度から半分未満に減っていない(事業台帳の提出期限から)",
        why_ja="WG台帳の一部だけを受領すると、活動が止まったように見えるため。",
        what_to_do_ja="WG台帳の全シートが受領・読込されているか確かめてください。",
        frame=f"""
            with counts as (
                select fiscal_year, count(*) as wg_count from mart_wg_outcome group by 1
            )
            select cast(before.fiscal_year + 1 as varchar) as scope,
                cast(before.fiscal_year + 1 as varchar) || '年度' as label,
                100.0 * coalesce(now.wg_count, 0) / before.wg_count as kept_pct
            from counts before
            left join counts now on now.fiscal_year = before.fiscal_year + 1
            where before.fiscal_year + 1 = (select fiscal_year from run) and {is_due("register")}
        """,
        check=between("kept_pct", WG_DROP_MIN),
        observed="kept_pct",
    ),
    Expectation(
        id="Q-WG-03",
        table="mart_wg_participation",
        title_ja="WGの出席回数は、会議の回数を超えない",
        why_ja="出席の二重記録は、参加団体の数と自走の判定をゆがめるため。",
        what_to_do_ja="WGの出席簿に、同じ会議の行が重なっていないか確かめてください。",
        frame="""
            select wg_id || ' ' || municipality_code as scope, wg_id || ' ' || municipality_code as label,
                meeting_count - attended_meeting_count as margin
            from mart_wg_participation order by 1
        """,
        check=between("margin", 0),
        observed="margin",
    ),
)
