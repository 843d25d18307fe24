-- Generated from pipelines/ingest/contracts/chat_activity.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('chat_activity__period_activity') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'chat_activity__period_activity'
),

in_force_rows as (
    select
        landed.report_refresh_date,
        landed.period_days,
        landed.member,
        landed.last_activity_date,
        landed.is_deleted,
        landed.deleted_date,
        landed.is_licensed,
        landed.is_concealed,
        landed.team_chat_message_count,
        landed.private_chat_message_count,
        landed.post_message_count,
        landed.reply_message_count,
        landed.urgent_message_count,
        landed.call_count,
        landed.meeting_count,
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
            partition by report_refresh_date, period_days, member
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
        report_refresh_date,
        period_days,
        member,
        last_activity_date,
        is_deleted,
        deleted_date,
        is_licensed,
        is_concealed,
        team_chat_message_count,
        private_chat_message_count,
        post_message_count,
        reply_message_count,
        urgent_message_count,
        call_count,
        meeting_count,
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
