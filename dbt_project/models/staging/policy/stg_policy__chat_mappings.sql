-- Generated from pipelines/ingest/contracts/policy.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('policy__chat_mappings') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'policy__chat_mappings'
),

in_force_rows as (
    select
        landed.tool_name,
        landed.time_column,
        landed.sender_column,
        landed.room_column,
        landed.message_id_column,
        landed.parent_column,
        landed.text_column,
        landed.deleted_text,
        landed.ignored_senders,
        landed.time_format,
        landed.time_zone,
        landed.encoding,
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
