-- Who would pay in the year after each year with options: the newest version valid by the end of that next year.
with received as (
    select
        scenario_id,
        valid_from,
        scenario_name,
        cost_item,
        prefecture_share_pct,
        municipality_share_pct,
        municipality_cap_jpy,
        tax_allocation_rate_pct,
        tax_allocation_cap_jpy,
        source,
        source_date,
        false as is_default,
        file_id,
        sheet,
        row as policy_row
    from {{ ref('stg_policy__payer_scenarios') }}
),

chosen as (
    select * from received
    union all
    select
        initial.*,
        true as is_default,
        cast(null as string) as file_id,
        cast(null as string) as sheet,
        cast(null as bigint) as policy_row
    from {{ ref('default_payer_scenarios') }} as initial
    where not exists (select 1 from received)
),

years as (
    select distinct fiscal_year from {{ ref('int_decision__options') }}
),

-- A scenario is one whole: a newer version replaces all its lines.
newest as (
    select
        years.fiscal_year,
        chosen.scenario_id,
        max(chosen.valid_from) as valid_from
    from chosen
    cross join years
    where chosen.valid_from < make_date(years.fiscal_year + 2, 4, 1)
    group by years.fiscal_year, chosen.scenario_id
),

final as (
    select
        newest.fiscal_year,
        chosen.scenario_id,
        chosen.valid_from,
        chosen.scenario_name,
        chosen.cost_item,
        {{ number('chosen.prefecture_share_pct') }} as prefecture_share_pct,
        {{ number('chosen.municipality_share_pct') }} as municipality_share_pct,
        cast(chosen.municipality_cap_jpy as bigint) as municipality_cap_jpy,
        {{ number('chosen.tax_allocation_rate_pct') }} as tax_allocation_rate_pct,
        cast(chosen.tax_allocation_cap_jpy as bigint) as tax_allocation_cap_jpy,
        chosen.source,
        chosen.source_date,
        chosen.is_default,
        chosen.file_id,
        chosen.sheet,
        chosen.policy_row
    from chosen
    inner join newest on chosen.scenario_id = newest.scenario_id and chosen.valid_from = newest.valid_from
)

select * from final
