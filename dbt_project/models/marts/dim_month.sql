with calendar as (
    select * from {{ source('control', 'calendar') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        calendar.month,
        calendar.fiscal_year,
        max(calendar.day) as last_day,
        cast(count(*) as integer) as day_count,
        cast(count(*) filter (where calendar.is_working_day) as integer) as working_day_count,
        calendar.month <= max(run.as_of) as has_begun,
        max(calendar.day) <= max(run.as_of) as is_elapsed
    from calendar
    cross join run
    group by calendar.month, calendar.fiscal_year
)

select * from final
