-- Generated from pipelines/ingest/contracts/chat_activity.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('chat_activity__daily_activity') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'chat_activity__daily_activity'
),

in_force_rows as (
    select
        landed.utc_date,
        landed.member,
        landed.is_guest,
        landed.is_active,
        landed.message_count,
        landed.channel_message_count,
        landed.reaction_count,
        landed.file_count,
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
            partition by utc_date, member
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
        utc_date,
        member,
        is_guest,
        is_active,
        message_count,
        channel_message_count,
        reaction_count,
        file_count,
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
