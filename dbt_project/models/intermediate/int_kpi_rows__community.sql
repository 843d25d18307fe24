with run as (
    select * from {{ source('control', 'run') }}
),

messages as (
    select
        *,
        row_number() over (partition by month, municipality_code order by posted_at, message_key) as order_of_body,
        row_number() over (partition by month, member order by posted_at, message_key) as order_of_member,
        row_number() over (partition by fiscal_year, municipality_code order by posted_at, message_key) as order_of_year
    from {{ ref('int_chat__messages') }}
    where affiliation_kind = 'municipality' and municipality_code is not null
),

-- From the first post of a year to the last, whoever wrote them: a month in which nobody did lowers the mean.
posts as (
    select
        *,
        row_number() over (partition by fiscal_year order by posted_at asc, message_key asc) as order_from_first,
        row_number() over (partition by fiscal_year order by posted_at desc, message_key desc) as order_from_last
    from {{ ref('int_chat__messages') }}
),

first_and_last as (
    select
        *,
        cast(null as string) as no_municipality_code
    from posts
    where order_from_first = 1 or order_from_last = 1
),

chat_months as (
    select
        fiscal_year,
        cast(null as string) as municipality_code,
        12 * (year(max(month)) - year(min(month))) + month(max(month)) - month(min(month)) + 1 as month_count
    from first_and_last
    group by fiscal_year
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
    where {{ order }} = 1
    union all
    {% endfor -%}
    select
        'K504' as kpi_id,
        fiscal_year,
        municipality_code,
        message_key,
        false as is_opening
    from messages
    where order_of_year = 1
    union all
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
        events.row as event_row,
        events.held_date <= run.as_of as is_held
    from {{ ref('stg_register__event_attendance') }} as attendance
    cross join run
    inner join {{ ref('stg_register__events') }} as events
        on attendance.fiscal_year = events.fiscal_year and attendance.event_id = events.event_id
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
    select
        articles.*,
        articles.published_date <= run.as_of as is_published
    from {{ ref('stg_register__kb_articles') }} as articles
    cross join run
),

supports as (
    select
        *,
        {{ fiscal_year('visit_date') }} as fiscal_year,
        status = 'delivered' as is_delivered
    from {{ ref('stg_visit_log__visits') }}
),

final as (
    {{ kpi_row('K501', 'messages', 'posted_at', '1') }}
    from messages
    where messages.order_of_body = 1
    union all
    {{ kpi_row('K501', none, 'posted_at', '0', 'month_count', role='denominator') }}
    from chat_months
    union all
    {{ kpi_row('K502', 'messages', 'posted_at', '1') }}
    from messages
    where order_of_member = 1
    union all
    {{ kpi_row('K502', none, 'posted_at', '0', 'month_count', role='denominator') }}
    from chat_months
    {% for kpi_id in ['K501', 'K502'] -%}
    union all
    {{ kpi_row(kpi_id, 'first_and_last', 'posted_at', role='denominator', municipality_code='no_municipality_code') }}
    from first_and_last
    {% endfor -%}
    union all
    {{ kpi_row('K503', 'messages', 'posted_at', "case when section_kind = 'line_section' then 1 else 0 end", '1') }}
    from messages
    where order_of_member = 1
    union all
    {{ kpi_row('K504', 'messages', 'is_reply', '1') }}
    from messages
    where is_reply and municipality_code <> thread_municipality_code
    union all
    {{ kpi_row('K504', 'messages', 'posted_at', '0', role='population') }}
    from messages
    where order_of_year = 1
    union all
    {{ kpi_row('K505', 'first_answers', 'posted_at', 'cast(working_minute_count as decimal(18, 4)) / 60', '1') }}
    from first_answers
    union all
    {{ kpi_row('K506', 'attendance', 'headcount', 'case when is_held then headcount else 0 end') }}
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
    {{ kpi_row('K508', 'articles', 'published_date', 'case when is_published then 1 else 0 end') }}
    from articles
    union all
    {{ kpi_row('K509', 'articles', 'view_count', 'case when is_published then view_count else 0 end') }}
    from articles
    where view_count is not null
    union all
    {{ kpi_row('K510', 'supports', 'visit_date,status', 'case when is_delivered then 1 else 0 end') }}
    from supports
    where visit_kind = 'consultation'
    union all
    {{ kpi_row('K511', 'supports', 'visit_date,status', 'case when is_delivered then 1 else 0 end') }}
    from supports
    where visit_kind in ('producer', 'adviser')
)

select * from final
