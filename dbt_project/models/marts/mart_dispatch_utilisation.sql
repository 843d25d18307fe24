with months as (
    select
        fiscal_year,
        municipality_code,
        municipality_name,
        sum(planned_visit_count) as planned_visit_count,
        sum(due_visit_count) as due_visit_count,
        sum(delivered_visit_count) as delivered_visit_count,
        sum(municipality_day_count) as municipality_day_count,
        sum(onsite_visit_count) as onsite_visit_count,
        sum(onsite_day_count) as onsite_day_count,
        count(*) filter (where is_full_month and is_elapsed) as full_month_count,
        count(*) filter (where is_full_month and is_elapsed and has_onsite_visit) as onsite_month_count,
        count(*) filter (where is_missed_month) as missed_month_count,
        sum(support_hours) as support_hours,
        sum(preparation_hours) as preparation_hours,
        sum(travel_cost_jpy) as travel_cost_jpy
    from {{ ref('mart_dispatch_month') }}
    group by fiscal_year, municipality_code, municipality_name
),

plans as (
    select
        fiscal_year,
        municipality_code,
        max(theme) as theme,
        min(start_date) as support_start_date,
        max(end_date) as support_end_date,
        max(unit_price_jpy) as unit_price_jpy
    from {{ ref('int_dispatch__plan_months') }}
    group by fiscal_year, municipality_code
),

visits as (
    select
        fiscal_year,
        municipality_code,
        min(visit_date) filter (where is_counted) as first_visit_date,
        bool_or(is_counted and order_of_year = 1 and is_on_site) as is_first_visit_on_site,
        count(*) filter (where status = 'cancelled_by_municipality') as cancelled_by_municipality_count,
        count(*) filter (where status = 'cancelled_by_talent') as cancelled_by_talent_count,
        count(*) filter (where status = 'postponed') as postponed_count,
        count(*) filter (where is_delivered and not is_in_period) as outside_period_visit_count,
        sum(cost_jpy) as cost_jpy
    from {{ ref('int_dispatch__visits') }}
    group by fiscal_year, municipality_code
),

goals as (
    select
        goals.fiscal_year,
        goals.municipality_code,
        count(*) as goal_count,
        count(*) filter (where goals.attainment = 'attained' and coalesce(goals.attained_date, run.as_of) <= run.as_of)
            as attained_goal_count
    from {{ ref('stg_register__goals') }} as goals
    cross join {{ source('control', 'run') }} as run
    group by goals.fiscal_year, goals.municipality_code
),

deliverables as (
    select
        fiscal_year,
        municipality_code,
        count(*) as deliverable_count,
        count(*) filter (where approved_date is not null) as adopted_deliverable_count
    from {{ ref('mart_output') }}
    where is_from_dispatch
    group by fiscal_year, municipality_code
),

final as (
    select
        months.fiscal_year,
        months.municipality_code,
        months.municipality_name,
        plans.theme,
        plans.support_start_date,
        plans.support_end_date,
        cast(months.planned_visit_count as bigint) as planned_visit_count,
        cast(months.due_visit_count as bigint) as due_visit_count,
        cast(months.delivered_visit_count as bigint) as delivered_visit_count,
        {{ ratio('months.delivered_visit_count', 'months.due_visit_count', 100) }} as utilisation_pct,
        cast(months.municipality_day_count as bigint) as municipality_day_count,
        cast(months.onsite_visit_count as bigint) as onsite_visit_count,
        cast(months.onsite_day_count as bigint) as onsite_day_count,
        {{ ratio('months.onsite_visit_count', 'months.delivered_visit_count', 100) }} as onsite_pct,
        cast(months.full_month_count as bigint) as full_month_count,
        cast(months.onsite_month_count as bigint) as onsite_month_count,
        visits.first_visit_date,
        case when visits.first_visit_date is not null then visits.is_first_visit_on_site end as is_first_visit_on_site,
        cast(months.missed_month_count as bigint) as missed_month_count,
        cast(coalesce(visits.cancelled_by_municipality_count, 0) as bigint) as cancelled_by_municipality_count,
        cast(coalesce(visits.cancelled_by_talent_count, 0) as bigint) as cancelled_by_talent_count,
        cast(coalesce(visits.postponed_count, 0) as bigint) as postponed_count,
        {{ number('months.support_hours') }} as support_hours,
        {{ number('months.preparation_hours') }} as preparation_hours,
        cast(coalesce(visits.outside_period_visit_count, 0) as bigint) as outside_period_visit_count,
        cast(coalesce(goals.goal_count, 0) as bigint) as goal_count,
        cast(coalesce(goals.attained_goal_count, 0) as bigint) as attained_goal_count,
        cast(coalesce(deliverables.deliverable_count, 0) as bigint) as deliverable_count,
        cast(coalesce(deliverables.adopted_deliverable_count, 0) as bigint) as adopted_deliverable_count,
        cast(plans.unit_price_jpy as bigint) as unit_price_jpy,
        cast(coalesce(visits.cost_jpy, 0) - months.travel_cost_jpy as bigint) as contract_cost_jpy,
        cast(months.travel_cost_jpy as bigint) as travel_cost_jpy,
        {{ ratio('visits.cost_jpy', 'months.delivered_visit_count') }} as cost_per_visit_jpy,
        {{ ratio('visits.cost_jpy', 'months.onsite_day_count') }} as cost_per_onsite_day_jpy,
        {{ ratio('visits.cost_jpy', 'coalesce(deliverables.adopted_deliverable_count, 0)') }}
            as cost_per_adopted_deliverable_jpy
    from months
    inner join plans on months.fiscal_year = plans.fiscal_year and months.municipality_code = plans.municipality_code
    left join visits on months.fiscal_year = visits.fiscal_year and months.municipality_code = visits.municipality_code
    left join goals on months.fiscal_year = goals.fiscal_year and months.municipality_code = goals.municipality_code
    left join deliverables
        on months.fiscal_year = deliverables.fiscal_year and months.municipality_code = deliverables.municipality_code
)

select * from final
