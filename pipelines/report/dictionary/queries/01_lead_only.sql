-- 共創に「牽引」だけが足りない団体
-- 判断・活用・自己解決は評点と裏付けの両方で成り立ち、牽引だけが成り立たない団体と、足りないものの内訳。
select
    municipality_code as "団体コード",
    municipality_name as "団体",
    lead_score as "牽引の評点",
    lead_event_count as "牽引の裏付けの件数",
    missing_criteria_text as "足りない条件"
from mart_stage
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year)
    and has_judge and has_use_support and has_solve and not has_lead
order by municipality_code
