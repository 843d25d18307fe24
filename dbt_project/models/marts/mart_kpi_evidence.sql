with kpi_rows as (
    select * from {{ ref('int_kpi_rows') }}
    where file_id is not null
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

-- A row names up to three cells that the figure reads; each is a line of the evidence.
numbers as (
    select 1 as place_no
    union all
    select 2 as place_no
    union all
    select 3 as place_no
),

addressed as (
    select
        kpi_rows.kpi_id,
        kpi_rows.fiscal_year,
        kpi_rows.municipality_code,
        case
            when kpi_rows.evidence_role <> 'numerator' then kpi_rows.evidence_role
            when kpi_rows.numerator = 0 then 'population'
            else 'numerator'
        end as evidence_role,
        kpi_rows.file_id,
        kpi_rows.sheet,
        kpi_rows.row,
        split_part(kpi_rows.field, ',', numbers.place_no) as field
    from kpi_rows
    inner join numbers on split_part(kpi_rows.field, ',', numbers.place_no) <> ''
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
