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

first_answers as (
    select * from {{ ref('int_chat__first_answers') }}
),

attendance as (
    select attendance.*
    from {{ ref('stg_register__event_attendance') }} as attendance
    cross join run
    inner join {{ ref('stg_register__events') }} as events
        on attendance.fiscal_year = events.fiscal_year and attendance.event_id = events.event_id
    where events.held_date <= run.as_of
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
    {{ kpi_row('K507', 'expansions', 'granted_date', 'case when is_granted then 1 else 0 end', '1') }}
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
