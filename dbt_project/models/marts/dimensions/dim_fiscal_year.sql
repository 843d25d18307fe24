with calendar as (
    select * from {{ source('control', 'calendar') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        calendar.fiscal_year,
        concat('R', cast(calendar.fiscal_year - 2018 as string)) as short_label,
        concat('令和', cast(calendar.fiscal_year - 2018 as string), '年度') as year_label,
        min(calendar.day) as first_day,
        max(calendar.day) as last_day,
        calendar.fiscal_year = max(run.fiscal_year) as is_reported_year,
        max(calendar.day) <= max(run.as_of) as is_elapsed
    from calendar
    cross join run
    group by calendar.fiscal_year
)

select * from final
