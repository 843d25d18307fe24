-- What could follow each year: options received for the year after it, or the defaults when none ever were.
with run as (
    select * from {{ source('control', 'run') }}
),

received as (
    select
        cast(offered.fiscal_year - 1 as integer) as fiscal_year,
        offered.option_id,
        offered.option_kind,
        offered.description,
        offered.target,
        offered.named_municipalities,
        offered.month_count,
        offered.visits_per_month,
        offered.unit_price_jpy,
        offered.travel_cost_per_visit_jpy,
        offered.common_cost_jpy,
        offered.staff_hours,
        offered.source,
        false as is_default,
        offered.file_id,
        offered.sheet,
        offered.row as policy_row
    from {{ ref('stg_policy__r9_options') }} as offered
),

chosen as (
    select * from received
    union all
    select
        run.fiscal_year,
        initial.*,
        true as is_default,
        cast(null as string) as file_id,
        cast(null as string) as sheet,
        cast(null as bigint) as policy_row
    from {{ ref('default_r9_options') }} as initial
    cross join run
    where not exists (select 1 from received)
),

final as (
    select
        cast(chosen.fiscal_year as integer) as fiscal_year,
        chosen.option_id,
        chosen.option_kind,
        chosen.description,
        chosen.target,
        chosen.named_municipalities,
        cast(chosen.month_count as bigint) as month_count,
        {{ number('chosen.visits_per_month') }} as visits_per_month,
        cast(chosen.unit_price_jpy as bigint) as unit_price_jpy,
        cast(chosen.travel_cost_per_visit_jpy as bigint) as travel_cost_per_visit_jpy,
        cast(chosen.common_cost_jpy as bigint) as common_cost_jpy,
        {{ number('chosen.staff_hours') }} as staff_hours,
        chosen.source,
        chosen.is_default,
        chosen.file_id,
        chosen.sheet,
        chosen.policy_row
    from chosen
    cross join run
    where chosen.fiscal_year <= run.fiscal_year
)

select * from final
