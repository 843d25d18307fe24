-- Dispatch visits, one row per person-visit, with the plan in force on the day.
with visits as (
    select * from {{ ref('stg_visit_log__visits') }}
    where visit_kind = 'dispatch'
),

plan_months as (
    select * from {{ ref('int_dispatch__plan_months') }}
),

-- Report numbers are given by each sender and may meet; a visit is the row it was reported in.
matched as (
    select
        visits.file_id,
        visits.sheet,
        visits.row,
        max(plan_months.plan_id) as plan_id,
        max(case when visits.person = plan_months.person then plan_months.unit_price_jpy end) as own_price_jpy,
        avg(plan_months.unit_price_jpy) as mean_price_jpy
    from visits
    inner join plan_months
        on visits.municipality_code = plan_months.municipality_code
        and {{ month_of('visits.visit_date') }} = plan_months.month
        and visits.visit_date between plan_months.first_covered_day and plan_months.last_covered_day
    group by visits.file_id, visits.sheet, visits.row
),

counted as (
    select
        visits.municipality_code,
        visits.visit_id,
        visits.person,
        visits.talent_type,
        visits.visit_date,
        visits.start_minute,
        visits.end_minute,
        visits.mode,
        visits.status,
        visits.theme,
        visits.preparation_hours,
        visits.travel_cost_jpy,
        visits.file_id,
        visits.sheet,
        visits.row,
        {{ fiscal_year('visits.visit_date') }} as fiscal_year,
        {{ month_of('visits.visit_date') }} as month,
        matched.file_id is not null as is_in_period,
        visits.status = 'delivered' as is_delivered,
        visits.mode = 'on_site' as is_on_site,
        cast(coalesce(matched.own_price_jpy, round(matched.mean_price_jpy)) as bigint) as unit_price_jpy,
        {{ number("coalesce(cast(visits.end_minute - visits.start_minute as decimal(18, 4)) / 60, 0)") }} as support_hours
    from visits
    left join matched
        on visits.file_id = matched.file_id and visits.sheet = matched.sheet and visits.row = matched.row
),

final as (
    select
        municipality_code,
        visit_id,
        person,
        talent_type,
        visit_date,
        start_minute,
        end_minute,
        mode,
        status,
        theme,
        preparation_hours,
        travel_cost_jpy,
        file_id,
        sheet,
        row,
        fiscal_year,
        month,
        is_in_period,
        is_delivered,
        is_on_site,
        unit_price_jpy,
        support_hours,
        is_delivered and is_in_period as is_counted,
        cast(
            case when is_delivered and is_in_period then coalesce(unit_price_jpy, 0) + coalesce(travel_cost_jpy, 0)
            end as bigint
        ) as cost_jpy,
        row_number() over (
            partition by municipality_code, visit_date, is_delivered and is_in_period
            order by start_minute asc nulls last, visit_id asc
        ) as order_of_day,
        row_number() over (
            partition by municipality_code, visit_date, is_on_site, is_delivered and is_in_period
            order by start_minute asc nulls last, visit_id asc
        ) as order_of_mode_day,
        row_number() over (
            partition by municipality_code, fiscal_year, is_delivered and is_in_period
            order by visit_date asc, start_minute asc nulls last, visit_id asc
        ) as order_of_year
    from counted
)

select * from final
