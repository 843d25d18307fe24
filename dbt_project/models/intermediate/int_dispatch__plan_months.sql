-- One row per plan and month of support: the version in force in that month, what it plans, what is due.
with plans as (
    select * from {{ ref('stg_register__dispatch_plans') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

months as (
    select
        month,
        fiscal_year,
        max(day) as last_day,
        cast(count(*) as bigint) as day_count
    from {{ source('control', 'calendar') }}
    group by month, fiscal_year
),

versions as (
    select
        plans.*,
        months.month,
        months.last_day,
        months.day_count,
        run.as_of,
        row_number() over (
            partition by plans.fiscal_year, plans.plan_id, months.month
            order by plans.plan_version desc
        ) as version_rank
    from plans
    cross join run
    inner join months
        on plans.fiscal_year = months.fiscal_year and plans.effective_month <= months.month
),

in_force as (
    select
        *,
        greatest(start_date, month) as first_covered_day,
        least(end_date, last_day) as last_covered_day
    from versions
    where version_rank = 1 and start_date <= last_day and end_date >= month
),

counted as (
    select
        *,
        {{ days_between('first_covered_day', 'last_covered_day') }} + 1 as covered_day_count,
        greatest({{ days_between('first_covered_day', 'least(last_covered_day, as_of)') }} + 1, 0) as due_day_count
    from in_force
),

-- Support of a municipality is what all its plans cover together: one expert may follow another within a month.
support_days as (
    select
        counted.municipality_code,
        counted.month,
        count(distinct calendar.day) as supported_day_count
    from counted
    inner join {{ source('control', 'calendar') }} as calendar
        on calendar.day between counted.first_covered_day and counted.last_covered_day
    group by counted.municipality_code, counted.month
),

final as (
    select
        cast(counted.fiscal_year as integer) as fiscal_year,
        counted.month,
        counted.plan_id,
        counted.plan_version,
        counted.municipality_code,
        counted.theme,
        counted.person,
        counted.start_date,
        counted.end_date,
        counted.planned_visit_count as monthly_visit_count,
        counted.unit_price_jpy,
        counted.first_covered_day,
        counted.last_covered_day,
        cast(
            round(cast(counted.planned_visit_count * counted.covered_day_count as double) / counted.day_count) as bigint
        ) as planned_visit_count,
        cast(
            round(cast(counted.planned_visit_count * counted.due_day_count as double) / counted.day_count) as bigint
        ) as due_visit_count,
        support_days.supported_day_count = counted.day_count as is_full_month,
        counted.last_day <= counted.as_of as is_elapsed,
        counted.month <= counted.as_of as is_due,
        counted.file_id,
        counted.sheet,
        counted.row
    from counted
    inner join support_days
        on counted.municipality_code = support_days.municipality_code and counted.month = support_days.month
)

select * from final
