-- Every value, a zero too, lists the cells it was computed from: for the prefecture and for each municipality.
{{ config(meta={'dagster': {'ref': {'name': 'mart_kpi_evidence'}}}) }}

with evidence as (
    select distinct
        kpi_id,
        fiscal_year,
        coalesce(municipality_code, '') as municipality_code
    from {{ ref('mart_kpi_evidence') }}
)

select
    mart_kpi.kpi_id,
    mart_kpi.fiscal_year,
    mart_kpi.municipality_code
from {{ ref('mart_kpi') }} as mart_kpi
left join evidence
    on mart_kpi.kpi_id = evidence.kpi_id
    and mart_kpi.fiscal_year = evidence.fiscal_year
    and coalesce(mart_kpi.municipality_code, '') = evidence.municipality_code
where mart_kpi.value is not null and evidence.kpi_id is null
