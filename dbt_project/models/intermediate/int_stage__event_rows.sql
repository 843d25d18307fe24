-- The rows that show an event: its own, and those that date it or say whose it is.
with events as (
    select * from {{ ref('int_stage__events') }}
),

meetings as (
    select
        events.*,
        meetings.file_id as deciding_file_id,
        meetings.sheet as deciding_sheet,
        meetings.row as deciding_row
    from events
    inner join {{ ref('stg_register__wg_attendance') }} as attendance
        on events.file_id = attendance.file_id and events.sheet = attendance.sheet and events.row = attendance.row
    inner join {{ ref('stg_register__wg_meetings') }} as meetings
        on attendance.fiscal_year = meetings.fiscal_year and attendance.wg_id = meetings.wg_id
        and attendance.meeting_no = meetings.meeting_no
    where events.event_kind = 'wg_participation'
),

cases as (
    select
        events.*,
        cases.file_id as deciding_file_id,
        cases.sheet as deciding_sheet,
        cases.row as deciding_row
    from events
    inner join {{ ref('int_procurement__shares') }} as shares
        on events.file_id = shares.file_id and events.sheet = shares.sheet and events.row = shares.row
    inner join {{ ref('stg_procurement__joint_cases') }} as cases
        on shares.fiscal_year = cases.fiscal_year and shares.case_id = cases.case_id
    where events.event_kind = 'joint_procurement'
),

posts as (
    select
        events.fiscal_year,
        events.municipality_code,
        events.event_kind,
        events.event_key,
        replies.member_file_id,
        replies.member_sheet,
        replies.member_row,
        openings.file_id as opening_file_id,
        openings.sheet as opening_sheet,
        openings.row as opening_row,
        openings.member_file_id as opener_file_id,
        openings.member_sheet as opener_sheet,
        openings.member_row as opener_row
    from events
    inner join {{ ref('int_chat__messages') }} as replies on events.event_key = replies.message_key
    inner join {{ ref('int_chat__messages') }} as openings on replies.thread_message_key = openings.message_key
    where events.event_kind = 'cross_reply'
),

final as (
    select distinct
        fiscal_year,
        municipality_code,
        event_kind,
        event_key,
        field,
        file_id,
        sheet,
        row
    from events
    union all
    select distinct
        fiscal_year,
        municipality_code,
        event_kind,
        event_key,
        'held_date' as field,
        deciding_file_id as file_id,
        deciding_sheet as sheet,
        deciding_row as row
    from meetings
    union all
    select distinct
        fiscal_year,
        municipality_code,
        event_kind,
        event_key,
        'contract_date' as field,
        deciding_file_id as file_id,
        deciding_sheet as sheet,
        deciding_row as row
    from cases
    {% for role, field in [('member', 'municipality_code'), ('opening', 'posted_at'), ('opener', 'municipality_code')] -%}
    union all
    select distinct
        fiscal_year,
        municipality_code,
        event_kind,
        event_key,
        '{{ field }}' as field,
        {{ role }}_file_id as file_id,
        {{ role }}_sheet as sheet,
        {{ role }}_row as row
    from posts
    {% endfor %}
)

select * from final
