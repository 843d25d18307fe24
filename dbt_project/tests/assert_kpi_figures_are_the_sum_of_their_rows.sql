-- A figure and its evidence are the same rows: no row behind a KPI may be lost or counted twice on the way to the mart.
{{ config(meta={'dagster': {'ref': {'name': 'mart_kpi'}}}) }}

with kpi_rows as (
    select
        kpi_id,
        fiscal_year,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref('int_kpi_rows') }}
    group by kpi_id, fiscal_year
),

figures as (
    select
        mart_kpi.kpi_id,
        mart_kpi.fiscal_year,
        case when definitions.aggregation = 'median' then null else mart_kpi.numerator end as numerator,
        mart_kpi.denominator,
        definitions.aggregation = 'median' as is_median
    from {{ ref('mart_kpi') }} as mart_kpi
    inner join {{ ref('kpi_definitions') }} as definitions on mart_kpi.kpi_id = definitions.kpi_id
    where mart_kpi.municipality_code is null
)

select
    kpi_rows.kpi_id,
    kpi_rows.fiscal_year,
    kpi_rows.numerator as numerator_of_rows,
    figures.numerator,
    kpi_rows.denominator as denominator_of_rows,
    figures.denominator
from kpi_rows
left join figures on kpi_rows.kpi_id = figures.kpi_id and kpi_rows.fiscal_year = figures.fiscal_year
where figures.kpi_id is null
    or (not figures.is_median and coalesce(kpi_rows.numerator, 0) <> coalesce(figures.numerator, 0))
    or coalesce(kpi_rows.denominator, 0) <> coalesce(figures.denominator, 0)
