with kpi_rows as (
    select * from {{ ref('int_kpi_rows') }}
    where file_id is not null
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

addressed as (
    select
        kpi_id,
        fiscal_year,
        municipality_code,
        case
            when evidence_role <> 'numerator' then evidence_role
            when numerator = 0 then 'population'
            else 'numerator'
        end as evidence_role,
        file_id,
        sheet,
        row,
        field
    from kpi_rows
),

of_municipalities as (
    select distinct addressed.*
    from addressed
    inner join definitions on addressed.kpi_id = definitions.kpi_id
    where definitions.has_municipality_rows and addressed.municipality_code is not null
),

of_prefecture as (
    select distinct
        kpi_id,
        fiscal_year,
        cast(null as string) as municipality_code,
        evidence_role,
        file_id,
        sheet,
        row,
        field
    from addressed
),

unioned as (
    select * from of_municipalities
    union all
    select * from of_prefecture
),

final as (
    select
        kpi_id,
        fiscal_year,
        municipality_code,
        evidence_role as role,
        file_id,
        sheet,
        row,
        field
    from unioned
)

select * from final
