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

final as (
    select
        cast(fiscal_year as integer) as fiscal_year,
        month,
        plan_id,
        plan_version,
        municipality_code,
        theme,
        person,
        start_date,
        end_date,
        planned_visit_count as monthly_visit_count,
        unit_price_jpy,
        first_covered_day,
        last_covered_day,
        cast(round(cast(planned_visit_count * covered_day_count as double) / day_count) as bigint) as planned_visit_count,
        cast(round(cast(planned_visit_count * due_day_count as double) / day_count) as bigint) as due_visit_count,
        covered_day_count = day_count as is_full_month,
        last_day <= as_of as is_elapsed,
        month <= as_of as is_due,
        file_id,
        sheet,
        row
    from counted
)

select * from final
