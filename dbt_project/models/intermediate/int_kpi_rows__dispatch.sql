with plan_months as (
    select * from {{ ref('int_dispatch__plan_months') }}
),

visits as (
    select * from {{ ref('int_dispatch__visits') }}
),

delivered as (
    select * from visits
    where is_counted
),

-- Reported, but called off or outside the support period: a year of only these has zero visits, not no report.
not_counted as (
    select * from visits
    where not is_counted
),

-- The lines of the plan that make a visit one of the support period.
visited_months as (
    select distinct
        delivered.fiscal_year,
        delivered.municipality_code,
        plan_months.file_id,
        plan_months.sheet,
        plan_months.row
    from delivered
    inner join plan_months
        on delivered.municipality_code = plan_months.municipality_code and delivered.month = plan_months.month
),

-- Whole months of support that have passed; the address is the plan's line. A month counts once, also under two plans.
full_months as (
    select
        plan_months.fiscal_year,
        plan_months.municipality_code,
        months.has_onsite_visit,
        months.is_missed_month,
        row_number() over (
            partition by plan_months.municipality_code, plan_months.month order by plan_months.plan_id asc
        ) as order_of_month,
        plan_months.file_id,
        plan_months.sheet,
        plan_months.row
    from plan_months
    inner join {{ ref('mart_dispatch_month') }} as months
        on plan_months.municipality_code = months.municipality_code and plan_months.month = months.month
    where plan_months.is_full_month and plan_months.is_elapsed
),

goals as (
    select
        goals.*,
        goals.attainment = 'attained' and coalesce(goals.attained_date, run.as_of) <= run.as_of as is_attained
    from {{ ref('stg_register__goals') }} as goals
    cross join {{ source('control', 'run') }} as run
),

deliverables as (
    select
        *,
        approved_date is not null as is_adopted
    from {{ ref('mart_output') }}
    where is_from_dispatch
),

{% set plan_cells = 'planned_visit_count,start_date,end_date' -%}
{% set onsite_month = 'case when order_of_month = 1 and has_onsite_visit then 1 else 0 end' -%}
{% set missed_month = 'case when order_of_month = 1 and is_missed_month then 1 else 0 end' -%}
{% set once_a_month = 'case when order_of_month = 1 then 1 else 0 end' -%}
final as (
    {{ kpi_row('K201', 'plan_months', plan_cells, 'due_visit_count') }}
    from plan_months
    union all
    {{ kpi_row('K202', 'delivered', 'status,visit_date', '1') }}
    from delivered
    union all
    {{ kpi_row('K203', 'delivered', 'status,visit_date', '1') }}
    from delivered
    union all
    {{ kpi_row('K203', 'plan_months', plan_cells, '0', 'due_visit_count', role='denominator') }}
    from plan_months
    union all
    {{ kpi_row('K204', 'delivered', 'visit_date', 'case when order_of_day = 1 then 1 else 0 end') }}
    from delivered
    union all
    {{ kpi_row('K205', 'delivered', 'mode', 'case when is_on_site then 1 else 0 end', '1') }}
    from delivered
    union all
    {{ kpi_row('K206', 'full_months', 'start_date,end_date', onsite_month, once_a_month) }}
    from full_months
    union all
    {{ kpi_row('K206', 'delivered', 'mode,visit_date', role='criterion') }}
    from delivered
    where is_on_site
    union all
    {{ kpi_row('K207', 'delivered', 'mode,visit_date', 'case when is_on_site then 1 else 0 end', '1') }}
    from delivered
    where order_of_year = 1
    union all
    {{ kpi_row('K208', 'full_months', 'start_date,end_date', missed_month, once_a_month) }}
    from full_months
    union all
    {{ kpi_row('K208', 'delivered', 'visit_date', role='criterion') }}
    from delivered
    union all
    {{ kpi_row('K209', 'visits', 'status', 'case when is_delivered then 0 else 1 end') }}
    from visits
    union all
    {{ kpi_row('K210', 'delivered', 'start_minute,end_minute,preparation_hours', 'support_hours + coalesce(preparation_hours, 0)') }}
    from delivered
    union all
    {{ kpi_row('K211', 'goals', 'attainment', 'case when is_attained then 1 else 0 end', '1') }}
    from goals
    union all
    {{ kpi_row('K212', 'deliverables', 'approved_date', 'case when is_adopted then 1 else 0 end') }}
    from deliverables
    union all
    {{ kpi_row('K213', 'delivered', 'travel_cost_jpy', 'cost_jpy', '1') }}
    from delivered
    union all
    {{ kpi_row(
        'K214', 'delivered', 'travel_cost_jpy,mode,visit_date', 'cost_jpy',
        'case when is_on_site and order_of_mode_day = 1 then 1 else 0 end'
    ) }}
    from delivered
    union all
    {{ kpi_row('K215', 'delivered', 'travel_cost_jpy', 'cost_jpy') }}
    from delivered
    union all
    {{ kpi_row('K215', 'deliverables', 'approved_date', denominator='case when is_adopted then 1 else 0 end', role='denominator') }}
    from deliverables
    {% for kpi_id in ['K202', 'K204', 'K210'] -%}
    union all
    {{ kpi_row(kpi_id, 'not_counted', 'status,visit_date', '0', role='population') }}
    from not_counted
    {% endfor -%}
    {% for kpi_id in ['K202', 'K204', 'K205', 'K206', 'K207', 'K208', 'K210'] -%}
    union all
    {{ kpi_row(kpi_id, 'visited_months', 'start_date,end_date', role='criterion') }}
    from visited_months
    {% endfor -%}
    {% for kpi_id in ['K213', 'K214', 'K215'] -%}
    union all
    {{ kpi_row(kpi_id, 'plan_months', 'unit_price_jpy', role='criterion') }}
    from plan_months
    where is_due
    {% endfor %}
)

select * from final
