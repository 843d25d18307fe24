with costs as (
    select * from {{ ref('stg_register__costs') }}
),

-- The hourly rate valid on the last day of the fiscal year.
rates as (
    select
        costs.fiscal_year,
        parameters.value,
        row_number() over (partition by costs.fiscal_year order by parameters.valid_from desc) as recency
    from (select distinct fiscal_year from costs) as costs
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'staff_hourly_cost_jpy' and parameters.valid_from < make_date(costs.fiscal_year + 1, 4, 1)
),

final as (
    select
        cast(costs.fiscal_year as integer) as fiscal_year,
        costs.programme,
        costs.item,
        costs.fund_source,
        cast(sum(costs.budget_jpy) as bigint) as budget_jpy,
        cast(sum(costs.forecast_jpy) as bigint) as forecast_jpy,
        cast(sum(costs.actual_jpy) as bigint) as actual_jpy,
        cast(sum(coalesce(costs.actual_jpy, costs.forecast_jpy)) as bigint) as spent_jpy,
        {{ number('sum(costs.staff_hours)') }} as staff_hours,
        cast(round(sum(costs.staff_hours * rates.value)) as bigint) as staff_cost_jpy
    from costs
    left join rates on costs.fiscal_year = rates.fiscal_year and rates.recency = 1
    group by costs.fiscal_year, costs.programme, costs.item, costs.fund_source
)

select * from final
