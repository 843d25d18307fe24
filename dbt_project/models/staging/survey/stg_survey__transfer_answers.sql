-- Generated from pipelines/ingest/contracts/survey.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('survey__transfer_answers') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'survey__transfer_answers'
),

in_force_rows as (
    select
        landed.response_id,
        landed.answered_date,
        landed.wave,
        landed.municipality_code,
        landed.respondent_kind,
        landed.can_do_planning,
        landed.can_do_procurement,
        landed.can_do_operation,
        landed.can_do_data,
        landed.hours_planning,
        landed.hours_procurement,
        landed.hours_operation,
        landed.hours_data,
        landed.has_successor,
        landed.has_handover,
        landed.willing_to_pay_pct,
        landed.without_dispatch,
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
        wave,
        municipality_code,
        respondent_kind,
        can_do_planning,
        can_do_procurement,
        can_do_operation,
        can_do_data,
        hours_planning,
        hours_procurement,
        hours_operation,
        hours_data,
        has_successor,
        has_handover,
        willing_to_pay_pct,
        without_dispatch,
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
