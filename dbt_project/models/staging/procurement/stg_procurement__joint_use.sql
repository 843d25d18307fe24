-- Generated from pipelines/ingest/contracts/procurement.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('procurement__joint_use') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'procurement__joint_use'
),

in_force_rows as (
    select
        landed.fiscal_year,
        landed.system_id,
        landed.system_name,
        landed.kind,
        landed.municipality_code,
        landed.start_date,
        landed.cost_before_jpy,
        landed.cost_after_jpy,
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
