-- Generated from pipelines/ingest/contracts/policy.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('policy__payer_scenarios') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'policy__payer_scenarios'
),

in_force_rows as (
    select
        landed.scenario_id,
        landed.valid_from,
        landed.scenario_name,
        landed.cost_item,
        landed.prefecture_share_pct,
        landed.municipality_share_pct,
        landed.municipality_cap_jpy,
        landed.tax_allocation_rate_pct,
        landed.tax_allocation_cap_jpy,
        landed.source,
        landed.source_date,
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
