-- Generated from pipelines/ingest/contracts/policy.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('policy__municipalities') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'policy__municipalities'
),

in_force_rows as (
    select
        landed.municipality_code,
        landed.prefecture_name,
        landed.district_name,
        landed.name,
        landed.kana,
        landed.bureau_name,
        landed.population,
        landed.tile_column,
        landed.tile_row,
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
