"""Dispatch by month: what was delivered can have happened, and does not jump."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, equal, in_set
from pipelines.quality.limits import DELIVERY_SWING_MAX

EXPECTATIONS = (
    Expectation(
        id="Q-DISPATCHMONTH-01",
        table="mart_dispatch_month",
        title_ja="まだ来ていない月に、実績がない",
        why_ja="実施日の年や月の書き間違いが、実績として数えられることを防ぐため。",
        what_to_do_ja="派遣実施報告書の実施日を確かめ、訂正を求めてください。",
        frame="""
            select municipality_code || ' ' || strftime(month, '%Y-%m') as scope,
                municipality_name || ' ' || strftime(month, '%Y年%-m月') as label, delivered_visit_count
            from mart_dispatch_month where month > (select as_of from run) order by 1
        """,
        check=in_set("delivered_visit_count", 0),
        observed="delivered_visit_count",
    ),
    Expectation(
        id="Q-DISPATCHMONTH-02",
        table="mart_dispatch_month",
        title_ja="現地訪問と実施日数は、実績の人回を超えない",
        why_ja="人回の内訳が合計を超えることはありえないため。",
        what_to_do_ja="派遣実施報告書の「形態」と「実施日」の列を確かめてください。",
        frame="""
            select municipality_code || ' ' || strftime(month, '%Y-%m') as scope,
                municipality_name || ' ' || strftime(month, '%Y年%-m月') as label,
                delivered_visit_count - greatest(onsite_visit_count, municipality_day_count) as margin
            from mart_dispatch_month order by 1
        """,
        check=between("margin", 0),
        observed="margin",
    ),
    Expectation(
        id="Q-DISPATCHMONTH-03",
        table="mart_dispatch_month",
        tables=("mart_submission",),
        title_ja="報告のそろった直近の月の派遣実施率が、それまでの平均から大きく離れていない",
        why_ja="急な落ち込みや伸びは、報告書の未着・二重提出・様式違いであることが多いため。",
        what_to_do_ja="直近の月の報告書がそろっているか、提出状況の表で確かめてください。",
        frame="""
            -- Reports come after the month: until the last is there or due, a month is not over.
            with awaited as (
                select period from mart_submission
                where source = 'visit_log' and received_date is null and due_date > (select as_of from run)
            ),
            closed as (
                select month, sum(delivered_visit_count) as delivered, sum(due_visit_count) as due
                from mart_dispatch_month
                where fiscal_year = (select fiscal_year from run)
                    and cast(month + interval 1 month as date) <= (select as_of from run)
                    and strftime(month, '%Y-%m') not in (select period from awaited where period is not null)
                group by 1 having sum(due_visit_count) > 0
            ),
            latest as (select * from closed where month = (select max(month) from closed)),
            earlier as (
                select sum(delivered) as delivered, sum(due) as due from closed
                where month < (select max(month) from closed)
            )
            select strftime(latest.month, '%Y-%m') as scope, strftime(latest.month, '%Y年%-m月') as label,
                100.0 * abs(latest.delivered / latest.due - earlier.delivered / earlier.due) as gap_points
            from latest, earlier where earlier.due > 0
        """,
        check=between("gap_points", None, DELIVERY_SWING_MAX),
        observed="gap_points",
    ),
    Expectation(
        id="Q-DISPATCHMONTH-04",
        table="mart_dispatch_month",
        tables=("mart_dispatch_utilisation",),
        title_ja="月別の実績の合計が、年間の実績と一致する",
        why_ja="同じ報告書の中で、月の図と年の表が食い違わないようにするため。",
        what_to_do_ja="システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame="""
            select y.municipality_code as scope, y.municipality_name as label,
                y.delivered_visit_count as in_year, coalesce(m.delivered, 0) as in_months
            from mart_dispatch_utilisation y
            left join (
                select fiscal_year, municipality_code, sum(delivered_visit_count) as delivered
                from mart_dispatch_month group by 1, 2
            ) m on m.municipality_code = y.municipality_code and m.fiscal_year = y.fiscal_year
            where y.fiscal_year = (select fiscal_year from run) order by 1
        """,
        check=equal("in_year", "in_months"),
        observed="in_months",
    ),
)
