-- Generated from pipelines/ingest/contracts/chat_activity.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('chat_activity__messages') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'chat_activity__messages'
),

in_force_rows as (
    select
        landed.channel,
        landed.message_key,
        landed.thread_key,
        landed.member,
        landed.posted_at,
        landed.is_reply,
        landed.kept_affiliation_kind,
        landed.kept_municipality_code,
        landed.kept_section_kind,
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
            partition by message_key
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
        channel,
        message_key,
        thread_key,
        member,
        posted_at,
        is_reply,
        kept_affiliation_kind,
        kept_municipality_code,
        kept_section_kind,
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
