-- A KPI that is a sum and has rows of municipalities is the sum of those rows: a row of nobody would make the maps and the total differ.
{{ config(meta={'dagster': {'ref': {'name': 'mart_kpi'}}}) }}

with figures as (
    select mart_kpi.*
    from {{ ref('mart_kpi') }} as mart_kpi
    inner join {{ ref('kpi_definitions') }} as definitions on mart_kpi.kpi_id = definitions.kpi_id
    where definitions.aggregation = 'sum' and definitions.has_municipality_rows
)

select
    kpi_id,
    fiscal_year,
    sum(case when municipality_code is null then value else 0 end) as value_of_prefecture,
    sum(case when municipality_code is not null then value else 0 end) as value_of_municipalities
from figures
group by kpi_id, fiscal_year
having
    sum(case when municipality_code is null then value else 0 end)
    <> sum(case when municipality_code is not null then value else 0 end)
