-- Generated from pipelines/ingest/contracts/public_statistics.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('public_statistics__indicators') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'public_statistics__indicators'
),

in_force_rows as (
    select
        landed.area_code,
        landed.indicator_code,
        landed.indicator_name,
        landed.statistics_year,
        landed.value,
        landed.unit,
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

ranked as (
    select
        *,
        row_number() over (
            partition by area_code, indicator_code, statistics_year
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
        area_code,
        indicator_code,
        indicator_name,
        statistics_year,
        value,
        unit,
        source,
        file_id,
        sheet,
        row,
        typed,
        missing,
        received_date
    from ranked
    where export_rank = 1
),

final as (
    select * from newest
)

select * from final
