-- One row per month and municipality from the first month with chat, events or consultations to the as-of month.
with run as (
    select * from {{ source('control', 'run') }}
),

months as (
    select * from {{ ref('dim_month') }}
),

messages as (
    select * from {{ ref('int_chat__messages') }}
    where affiliation_kind = 'municipality'
),

activity as (
    select
        municipality_code,
        month,
        count(distinct member) as active_member_count,
        count(distinct case when section_kind = 'line_section' then member end) as line_section_member_count,
        count(*) as message_count,
        count(*) filter (where is_reply) as reply_count,
        count(*) filter (where is_reply and municipality_code <> thread_municipality_code) as cross_reply_count,
        count(distinct is_of_earlier_key) > 1 as has_two_keys
    from messages
    group by municipality_code, month
),

answers as (
    select
        municipality_code,
        month,
        count(*) as first_answer_count,
        median(working_minute_count) as working_minutes_median
    from {{ ref('int_chat__first_answers') }}
    group by municipality_code, month
),

events as (
    select
        attendance.municipality_code,
        {{ month_of('events.held_date') }} as month,
        sum(attendance.headcount) as headcount
    from {{ ref('stg_register__event_attendance') }} as attendance
    cross join run
    inner join {{ ref('stg_register__events') }} as events
        on attendance.fiscal_year = events.fiscal_year and attendance.event_id = events.event_id
    where events.held_date <= run.as_of
    group by attendance.municipality_code, {{ month_of('events.held_date') }}
),

consultations as (
    select
        municipality_code,
        {{ month_of('visit_date') }} as month,
        count(*) as consultation_count
    from {{ ref('stg_visit_log__visits') }}
    where visit_kind = 'consultation' and status = 'delivered'
    group by municipality_code, {{ month_of('visit_date') }}
),

-- The register is sent again every year; the newest line about a member and month counts.
memberships as (
    select
        members.municipality_code,
        members.affiliation_kind,
        months.month,
        row_number() over (
            partition by members.member, months.month
            order by members.fiscal_year desc, members.valid_from desc, members.row asc
        ) as recency
    from {{ ref('stg_register__chat_members') }} as members
    inner join months
        on members.valid_from <= months.last_day and (members.valid_to is null or members.valid_to >= months.month)
    where months.has_begun
),

members as (
    select
        municipality_code,
        month,
        count(*) as member_count
    from memberships
    where recency = 1 and affiliation_kind = 'municipality'
    group by municipality_code, month
),

first_month as (
    select min(month) as month
    from (
        select min(month) as month from activity
        union all
        select min(month) as month from events
        union all
        select min(month) as month from consultations
    ) as starts
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        months.fiscal_year,
        months.month,
        municipalities.municipality_code,
        municipalities.name as municipality_name,
        cast(coalesce(activity.active_member_count, 0) as bigint) as active_member_count,
        cast(coalesce(members.member_count, 0) as bigint) as member_count,
        cast(coalesce(activity.line_section_member_count, 0) as bigint) as line_section_member_count,
        cast(coalesce(activity.message_count, 0) as bigint) as message_count,
        cast(coalesce(activity.reply_count, 0) as bigint) as reply_count,
        cast(coalesce(activity.cross_reply_count, 0) as bigint) as cross_reply_count,
        cast(coalesce(answers.first_answer_count, 0) as bigint) as first_answer_count,
        {{ number('answers.working_minutes_median') }} as first_answer_working_minutes_median,
        cast(coalesce(events.headcount, 0) as bigint) as event_attendance_count,
        cast(coalesce(consultations.consultation_count, 0) as bigint) as consultation_count,
        coalesce(activity.has_two_keys, false) as has_two_keys
    from months
    cross join municipalities
    inner join first_month on months.month >= first_month.month
    left join activity
        on months.month = activity.month and municipalities.municipality_code = activity.municipality_code
    left join members
        on months.month = members.month and municipalities.municipality_code = members.municipality_code
    left join answers
        on months.month = answers.month and municipalities.municipality_code = answers.municipality_code
    left join events
        on months.month = events.month and municipalities.municipality_code = events.municipality_code
    left join consultations
        on months.month = consultations.month and municipalities.municipality_code = consultations.municipality_code
    where months.has_begun
)

select * from final
