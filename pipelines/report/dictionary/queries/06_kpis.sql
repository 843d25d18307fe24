-- 県全体のKPIと目標
-- すべてのKPI。値のないものも、その理由とともに示す。
select
    kpi_id as "KPI",
    name_ja as "名称",
    value as "値",
    unit as "単位",
    target as "目標",
    previous_value as "前の年度",
    status as "状況",
    reason as "値のない理由"
from mart_kpi
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year) and municipality_code is null
order by kpi_id
