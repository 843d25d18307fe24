with run as (
    select * from {{ source('control', 'run') }}
),

messages as (
    select
        *,
        row_number() over (partition by month, municipality_code order by posted_at, message_key) as order_of_body,
        row_number() over (partition by month, member order by posted_at, message_key) as order_of_member,
        row_number() over (partition by month order by posted_at, message_key) as order_of_month
    from {{ ref('int_chat__messages') }}
    where affiliation_kind = 'municipality' and municipality_code is not null
),

-- Posts that a figure looks at: those it counts, and those that opened the thread of a reply.
examined as (
    {% for kpi_id, order in [('K501', 'order_of_body'), ('K502', 'order_of_member'), ('K503', 'order_of_member')] -%}
    select
        '{{ kpi_id }}' as kpi_id,
        fiscal_year,
        municipality_code,
        message_key,
        false as is_opening
    from messages
    where {{ order }} = 1 or order_of_month = 1
    union all
    {% endfor -%}
    {% for key, is_opening in [('message_key', 'false'), ('thread_message_key', 'true')] -%}
    select
        'K504' as kpi_id,
        fiscal_year,
        municipality_code,
        {{ key }} as message_key,
        {{ is_opening }} as is_opening
    from messages
    where is_reply and municipality_code <> thread_municipality_code
    union all
    {% endfor -%}
    select
        'K505' as kpi_id,
        fiscal_year,
        municipality_code,
        question_key as message_key,
        true as is_opening
    from {{ ref('int_chat__first_answers') }}
),

-- What decides whose a post is and what it answers: the register's line about its author, the opening post.
deciding as (
    select distinct
        examined.kpi_id,
        examined.fiscal_year,
        examined.municipality_code,
        posts.member_file_id as file_id,
        posts.member_sheet as sheet,
        posts.member_row as row,
        case when examined.kpi_id = 'K503' then 'section_kind' else 'municipality_code' end as field
    from examined
    inner join {{ ref('int_chat__messages') }} as posts on examined.message_key = posts.message_key
    where posts.member_row is not null
    union all
    select distinct
        examined.kpi_id,
        examined.fiscal_year,
        examined.municipality_code,
        posts.file_id,
        posts.sheet,
        posts.row,
        'posted_at' as field
    from examined
    inner join {{ ref('int_chat__messages') }} as posts on examined.message_key = posts.message_key
    where examined.is_opening
),

first_answers as (
    select * from {{ ref('int_chat__first_answers') }}
),

attendance as (
    select
        attendance.*,
        events.file_id as event_file_id,
        events.sheet as event_sheet,
        events.row as event_row
    from {{ ref('stg_register__event_attendance') }} as attendance
    cross join run
    inner join {{ ref('stg_register__events') }} as events
        on attendance.fiscal_year = events.fiscal_year and attendance.event_id = events.event_id
    where events.held_date <= run.as_of
),

-- The register of events says when an event was held.
held_events as (
    select distinct
        fiscal_year,
        municipality_code,
        event_file_id as file_id,
        event_sheet as sheet,
        event_row as row
    from attendance
),

expansions as (
    select
        expansions.*,
        expansions.granted_date is not null and expansions.granted_date <= run.as_of as is_granted
    from {{ ref('stg_register__expansions') }} as expansions
    cross join run
    where expansions.requested_date <= run.as_of
),

articles as (
    select articles.*
    from {{ ref('stg_register__kb_articles') }} as articles
    cross join run
    where articles.published_date <= run.as_of
),

supports as (
    select
        *,
        {{ fiscal_year('visit_date') }} as fiscal_year
    from {{ ref('stg_visit_log__visits') }}
    where status = 'delivered'
),

final as (
    {{ kpi_row('K501', 'messages', 'posted_at', '1') }}
    from messages
    where messages.order_of_body = 1
    union all
    {{ kpi_row('K501', 'messages', 'posted_at', denominator='1', role='denominator') }}
    from messages
    where order_of_month = 1
    union all
    {{ kpi_row('K502', 'messages', 'posted_at', '1') }}
    from messages
    where order_of_member = 1
    union all
    {{ kpi_row('K502', 'messages', 'posted_at', denominator='1', role='denominator') }}
    from messages
    where order_of_month = 1
    union all
    {{ kpi_row('K503', 'messages', 'posted_at', "case when section_kind = 'line_section' then 1 else 0 end", '1') }}
    from messages
    where order_of_member = 1
    union all
    {{ kpi_row('K504', 'messages', 'is_reply', '1') }}
    from messages
    where is_reply and municipality_code <> thread_municipality_code
    union all
    {{ kpi_row('K505', 'first_answers', 'posted_at', 'cast(working_minute_count as decimal(18, 4)) / 60', '1') }}
    from first_answers
    union all
    {{ kpi_row('K506', 'attendance', 'headcount', 'headcount') }}
    from attendance
    union all
    {{ kpi_row('K506', 'held_events', 'held_date', role='criterion') }}
    from held_events
    {% for kpi_id in ['K501', 'K502', 'K503', 'K504', 'K505'] -%}
    union all
    {{ kpi_row(kpi_id, 'deciding', none, role='criterion', field_column='field') }}
    from deciding
    where kpi_id = '{{ kpi_id }}'
    {% endfor -%}
    union all
    {{ kpi_row('K507', 'expansions', 'requested_date,granted_date', 'case when is_granted then 1 else 0 end', '1') }}
    from expansions
    union all
    {{ kpi_row('K508', 'articles', 'published_date', '1') }}
    from articles
    union all
    {{ kpi_row('K509', 'articles', 'view_count', 'view_count') }}
    from articles
    where view_count is not null
    union all
    {{ kpi_row('K510', 'supports', 'visit_date', '1') }}
    from supports
    where visit_kind = 'consultation'
    union all
    {{ kpi_row('K511', 'supports', 'visit_date', '1') }}
    from supports
    where visit_kind in ('producer', 'adviser')
)

select * from final
