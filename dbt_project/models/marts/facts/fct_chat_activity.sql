-- Posts of one member in one channel on one day. Counts only: no text is ever landed.
with messages as (
    select * from {{ ref('int_chat__messages') }}
),

final as (
    select
        fiscal_year,
        cast(posted_at as date) as posted_date,
        channel,
        member,
        affiliation_kind,
        municipality_code,
        section_kind,
        cast(count(*) as integer) as post_count,
        cast(count(*) filter (where not is_reply) as integer) as thread_count,
        cast(count(*) filter (where is_reply) as integer) as reply_count,
        cast(
            count(*) filter (
                where is_reply
                and affiliation_kind = 'municipality'
                and thread_municipality_code is not null
                and thread_municipality_code <> municipality_code
            ) as integer
        ) as cross_municipality_reply_count,
        cast(count(distinct file_id) as integer) as file_count
    from messages
    group by
        fiscal_year,
        cast(posted_at as date),
        channel,
        member,
        affiliation_kind,
        municipality_code,
        section_kind
)

select * from final
