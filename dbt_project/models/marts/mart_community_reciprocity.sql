with messages as (
    select * from {{ ref('int_chat__messages') }}
),

final as (
    select
        fiscal_year,
        municipality_code as from_municipality_code,
        thread_municipality_code as to_municipality_code,
        cast(count(*) as bigint) as reply_count
    from messages
    where is_reply and municipality_code is not null and thread_municipality_code is not null
    group by fiscal_year, municipality_code, thread_municipality_code
)

select * from final
