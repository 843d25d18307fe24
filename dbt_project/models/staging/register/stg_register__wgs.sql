-- Generated from pipelines/ingest/contracts/register.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('register__wgs') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'register__wgs'
),

in_force_rows as (
    select
        landed.fiscal_year,
        landed.wg_id,
        landed.name,
        landed.wg_type,
        landed.theme,
        landed.region,
        landed.goals_code,
        landed.need,
        landed.initiator_kind,
        landed.lead_municipality_code,
        landed.start_date,
        landed.status,
        landed.end_date,
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
