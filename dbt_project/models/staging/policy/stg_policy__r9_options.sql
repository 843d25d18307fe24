-- Generated from pipelines/ingest/contracts/policy.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('policy__r9_options') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'policy__r9_options'
),

in_force_rows as (
    select
        landed.fiscal_year,
        landed.option_id,
        landed.option_kind,
        landed.description,
        landed.target,
        landed.named_municipalities,
        landed.month_count,
        landed.visits_per_month,
        landed.unit_price_jpy,
        landed.travel_cost_per_visit_jpy,
        landed.common_cost_jpy,
        landed.staff_hours,
        landed.source,
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
