-- 共同調達で減った費用(実測だけ)
-- 契約金額の記録どうしを比べた削減額。自己申告と試算は含まず、足してもいない。全体の率は、合計どうしの割合。
select
    coalesce(case_name, '全体') as "案件",
    sum(standalone_cost_jpy) as "単独で調達した場合の費用(円)",
    sum(share_amount_jpy) as "共同調達の負担額(円)",
    sum(saving_jpy) as "削減額(円)",
    round(100 * sum(saving_jpy) / nullif(sum(standalone_cost_jpy), 0), 1) as "削減率(%)"
from mart_joint_procurement
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year) and evidence_class = 'measured'
group by rollup ((case_id, case_name))
order by case_id nulls last
