-- Generated from pipelines/ingest/contracts/register.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('register__expansions') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'register__expansions'
),

in_force_rows as (
    select
        landed.fiscal_year,
        landed.municipality_code,
        landed.section_name,
        landed.requested_date,
        landed.granted_date,
        landed._file_id as file_id,
        landed._sheet as sheet,
        landed._row as row,
        landed._typed as typed,
        landed._missing as missing,
        in_force.received_date
    from landed
    inner join in_force
        on landed._file_id = in_force.file_id and landed._submission_key = in_force.submission_key
),

final as (
    select * from in_force_rows
)

select * from final
