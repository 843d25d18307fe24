"""What could follow and who would pay: shares that make a whole, and yen that are neither lost nor counted twice."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, equal, in_set

_SHEET = "新しい受領日のフォルダに置いてください。"

EXPECTATIONS = (
    Expectation(
        id="Q-R9COST-01",
        table="mart_r9_cost",
        title_ja="負担の案の、県と市町村の割合を合わせると100になる",
        why_ja="合わせて100でない割合では、だれも払わない額か、二重に払う額ができるため。",
        what_to_do_ja=f"設定「負担の案」の割合を、合わせて100になるように直し(例 県 50、市町村 50)、{_SHEET}",
        frame="""
            select scenario_id || ' ' || cost_item as scope, scenario_name || ' ' || cost_item as label,
                cast(prefecture_share_pct + municipality_share_pct as double) as total_pct
            from intermediate.int_decision__scenarios order by 1
        """,
        check=between("total_pct", 100, 100),
        observed="total_pct",
    ),
    Expectation(
        id="Q-R9COST-02",
        table="mart_r9_cost",
        title_ja="どの案でも、負担者の額を合わせると選択肢の費用になる",
        why_ja="端数や上限で消える円があると、予算の要求額が合わなくなるため。",
        what_to_do_ja="システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame="""
            with options as (
                select fiscal_year, option_id, sum(cost_jpy) as cost_jpy from intermediate.int_decision__option_costs group by 1, 2
            ),
            scenarios as (select distinct fiscal_year, scenario_id from intermediate.int_decision__scenarios),
            paid as (
                select fiscal_year, option_id, scenario_id, sum(cost_jpy) as cost_jpy from mart_r9_cost group by 1, 2, 3
            )
            select o.option_id || ' ' || s.scenario_id as scope, '選択肢 ' || o.option_id as label,
                cast(p.cost_jpy as double) as paid_jpy, cast(o.cost_jpy as double) as cost_jpy
            from options o inner join scenarios s on s.fiscal_year = o.fiscal_year
            left join paid p on p.fiscal_year = o.fiscal_year and p.option_id = o.option_id and p.scenario_id = s.scenario_id
            order by 1
        """,
        check=equal("paid_jpy", "cost_jpy"),
        observed="paid_jpy",
    ),
    Expectation(
        id="Q-R9COST-03",
        table="mart_r9_cost",
        title_ja="選択肢に指定された団体は、すべて県内の団体である",
        why_ja="書き誤った団体名は、費用から黙って落ちるため。",
        what_to_do_ja=f"設定「選択肢」の指定団体を、団体の正しい名前(例 海南市、紀美野町)に直し、{_SHEET}",
        frame="""
            with named as (
                select o.fiscal_year, o.option_id,
                    trim(unnest(string_split_regex(coalesce(o.named_municipalities, ''), '[、,，・ ]+'))) as name
                from intermediate.int_decision__options o where o.target = 'named'
            )
            select n.option_id || ' ' || n.name as scope, '選択肢 ' || n.option_id as label,
                case when n.name = '' then '指定団体が空欄' else n.name end as name,
                case when m.municipality_code is null then 0 else 1 end as is_known
            from named n left join municipalities m on m.name = n.name order by 1
        """,
        check=in_set("is_known", 1),
        observed="name",
    ),
    Expectation(
        id="Q-R9COST-04",
        table="mart_r9_cost",
        title_ja="負担の案には、派遣委託料と旅費の両方の割合がある",
        why_ja="割合のない費目は、だれの負担か分からないまま額が出ないため。",
        what_to_do_ja=f"設定「負担の案」に、足りない費目の行を足し(例 旅費 県 100 市町村 0)、{_SHEET}",
        frame="""
            select scenario_id as scope, max(scenario_name) as label, count(distinct cost_item) as item_count
            from intermediate.int_decision__scenarios group by fiscal_year, scenario_id order by 1
        """,
        check=in_set("item_count", 2),
        observed="item_count",
    ),
    Expectation(
        id="Q-R9COST-05",
        table="mart_r9_cost",
        title_ja="負担額は負でなく、特別交付税措置の見込みは市町村の負担を超えない",
        why_ja="負担より多い措置や、負の負担は、率か上限の書き誤りを示すため。",
        what_to_do_ja=f"設定「負担の案」の率(例 50)と上限、「選択肢」の月数・人回・単価を確かめて直し、{_SHEET}",
        frame="""
            select option_id || ' ' || scenario_id || coalesce(' ' || municipality_code, '') as scope,
                coalesce(municipality_name, '県') as label, cast(cost_jpy as double) as cost_jpy,
                cast(least(cost_jpy, tax_allocation_jpy,
                    case when payer = 'municipality' then cost_jpy - tax_allocation_jpy else 0 end) as double) as margin
            from mart_r9_cost order by 1
        """,
        check=between("margin", 0),
        observed="cost_jpy",
    ),
)
