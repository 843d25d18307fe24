with costs as (
    select * from {{ ref('stg_register__costs') }}
),

parameters as (
    select * from {{ ref('stg_policy__parameters') }}
    where name = 'staff_hourly_cost_jpy'
),

staff_costs as (
    select
        fiscal_year,
        sum(staff_cost_jpy) as staff_cost_jpy,
        cast(null as string) as municipality_code
    from {{ ref('mart_programme_cost') }}
    where staff_cost_jpy is not null
    group by fiscal_year
),

-- Without an hourly rate for the year there is no total with staff time.
rated_costs as (
    select costs.*
    from costs
    inner join staff_costs on costs.fiscal_year = staff_costs.fiscal_year
),

rates as (
    select
        parameters.*,
        staff_costs.fiscal_year,
        cast(null as string) as municipality_code
    from parameters
    cross join staff_costs
    where parameters.valid_from < make_date(cast(staff_costs.fiscal_year as integer) + 1, 4, 1)
),

municipality_count as (
    select count(*) as municipality_count from {{ source('control', 'municipalities') }}
),

years as (
    select
        costs.fiscal_year,
        cast(null as string) as municipality_code,
        max(counts.municipality_count) as municipality_count
    from costs
    cross join municipality_count as counts
    group by costs.fiscal_year
),

{% set general_jpy = "case when fund_source = 'general' then coalesce(actual_jpy, forecast_jpy) else 0 end" -%}
{% set spent_field = "case when actual_jpy is null then 'forecast_jpy' else 'actual_jpy' end" -%}
final as (
    {{ kpi_row('K901', 'costs', 'budget_jpy', 'budget_jpy') }}
    from costs
    union all
    {{ kpi_row('K902', 'costs', none, 'coalesce(actual_jpy, forecast_jpy)', field_column=spent_field) }}
    from costs
    where coalesce(actual_jpy, forecast_jpy) is not null
    union all
    {{ kpi_row('K903', 'costs', 'staff_hours', 'staff_hours') }}
    from costs
    where staff_hours is not null
    union all
    {{ kpi_row('K904', 'costs', none, 'coalesce(actual_jpy, forecast_jpy)', field_column=spent_field) }}
    from costs
    where coalesce(actual_jpy, forecast_jpy) is not null
    union all
    {{ kpi_row('K904', none, 'municipality_code', denominator='municipality_count', role='denominator') }}
    from years
    union all
    {{ kpi_row('K905', 'costs', none, general_jpy, field_column="concat(" ~ spent_field ~ ", ',fund_source')") }}
    from costs
    where coalesce(actual_jpy, forecast_jpy) is not null
    union all
    {{ kpi_row('K906', 'rated_costs', none, 'coalesce(actual_jpy, forecast_jpy)', field_column=spent_field) }}
    from rated_costs
    where coalesce(actual_jpy, forecast_jpy) is not null
    union all
    {{ kpi_row('K906', none, 'staff_hours', 'staff_cost_jpy') }}
    from staff_costs
    union all
    {{ kpi_row('K906', 'rated_costs', 'staff_hours') }}
    from rated_costs
    where staff_hours is not null
    union all
    {{ kpi_row('K906', 'rates', 'value', role='criterion') }}
    from rates
)

select * from final
