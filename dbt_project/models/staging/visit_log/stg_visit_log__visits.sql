-- Generated from pipelines/ingest/contracts/visit_log.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('visit_log__visits') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'visit_log__visits'
),

in_force_rows as (
    select
        landed.municipality_code,
        landed.report_month,
        landed.visit_kind,
        landed.visit_id,
        landed.person,
        landed.talent_type,
        landed.visit_date,
        landed.start_minute,
        landed.end_minute,
        landed.mode,
        landed.status,
        landed.is_first_visit,
        landed.theme,
        landed.section_name,
        landed.attendee_count,
        landed.activities,
        landed.decision,
        landed.deliverable_name,
        landed.next_action,
        landed.due_date,
        landed.preparation_hours,
        landed.travel_cost_jpy,
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
