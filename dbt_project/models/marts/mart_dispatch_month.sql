with plan_months as (
    select
        fiscal_year,
        month,
        municipality_code,
        max(plan_version) as plan_version,
        sum(planned_visit_count) as planned_visit_count,
        sum(due_visit_count) as due_visit_count,
        bool_or(is_full_month) as is_full_month,
        bool_or(is_elapsed) as is_elapsed,
        bool_or(is_due) as is_due
    from {{ ref('int_dispatch__plan_months') }}
    group by fiscal_year, month, municipality_code
),

visit_months as (
    select
        municipality_code,
        month,
        count(*) filter (where is_counted) as delivered_visit_count,
        count(*) filter (where is_counted and is_on_site) as onsite_visit_count,
        count(*) filter (where is_counted and order_of_day = 1) as municipality_day_count,
        count(*) filter (where is_counted and is_on_site and order_of_mode_day = 1) as onsite_day_count,
        count(*) filter (where status = 'cancelled_by_municipality') as cancelled_by_municipality_count,
        count(*) filter (where status = 'cancelled_by_talent') as cancelled_by_talent_count,
        count(*) filter (where status = 'postponed') as postponed_count,
        sum(support_hours) filter (where is_counted) as support_hours,
        sum(preparation_hours) filter (where is_counted) as preparation_hours,
        sum(travel_cost_jpy) filter (where is_counted) as travel_cost_jpy
    from {{ ref('int_dispatch__visits') }}
    group by municipality_code, month
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        plan_months.fiscal_year,
        plan_months.month,
        plan_months.municipality_code,
        municipalities.name as municipality_name,
        cast(plan_months.plan_version as bigint) as plan_version,
        cast(plan_months.planned_visit_count as bigint) as planned_visit_count,
        cast(plan_months.due_visit_count as bigint) as due_visit_count,
        cast(coalesce(visit_months.delivered_visit_count, 0) as bigint) as delivered_visit_count,
        cast(coalesce(visit_months.onsite_visit_count, 0) as bigint) as onsite_visit_count,
        cast(coalesce(visit_months.municipality_day_count, 0) as bigint) as municipality_day_count,
        cast(coalesce(visit_months.onsite_day_count, 0) as bigint) as onsite_day_count,
        cast(coalesce(visit_months.cancelled_by_municipality_count, 0) as bigint) as cancelled_by_municipality_count,
        cast(coalesce(visit_months.cancelled_by_talent_count, 0) as bigint) as cancelled_by_talent_count,
        cast(coalesce(visit_months.postponed_count, 0) as bigint) as postponed_count,
        {{ number('coalesce(visit_months.support_hours, 0)') }} as support_hours,
        {{ number('coalesce(visit_months.preparation_hours, 0)') }} as preparation_hours,
        cast(coalesce(visit_months.travel_cost_jpy, 0) as bigint) as travel_cost_jpy,
        plan_months.is_full_month,
        plan_months.is_elapsed,
        plan_months.is_due,
        coalesce(visit_months.onsite_visit_count, 0) > 0 as has_onsite_visit,
        plan_months.is_full_month and plan_months.is_elapsed
        and coalesce(visit_months.delivered_visit_count, 0) = 0 as is_missed_month
    from plan_months
    inner join municipalities on plan_months.municipality_code = municipalities.municipality_code
    left join visit_months
        on plan_months.municipality_code = visit_months.municipality_code and plan_months.month = visit_months.month
)

select * from final
