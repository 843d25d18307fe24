-- Generated from pipelines/ingest/contracts/survey.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('survey__needs') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'survey__needs'
),

in_force_rows as (
    select
        landed.response_id,
        landed.answered_date,
        landed.municipality_code,
        landed.theme_first,
        landed.theme_second,
        landed.lacks_staff,
        landed.wg_interest,
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
            partition by response_id
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
        response_id,
        answered_date,
        municipality_code,
        theme_first,
        theme_second,
        lacks_staff,
        wg_interest,
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
