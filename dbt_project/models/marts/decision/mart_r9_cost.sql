-- Who would pay what: the municipality's share is rounded down and capped, the prefecture takes the rest.
with options as (
    select * from {{ ref('int_decision__options') }}
),

scenarios as (
    select * from {{ ref('int_decision__scenarios') }}
),

costs as (
    select * from {{ ref('int_decision__option_costs') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

named as (
    select distinct
        fiscal_year,
        scenario_id,
        scenario_name,
        is_default
    from scenarios
),

divided as (
    select
        costs.*,
        named.scenario_id,
        named.scenario_name,
        named.is_default as is_default_scenario,
        terms.prefecture_share_pct,
        terms.municipality_share_pct,
        terms.municipality_cap_jpy,
        terms.tax_allocation_rate_pct,
        terms.tax_allocation_cap_jpy,
        terms.source as scenario_source,
        terms.source_date as scenario_source_date,
        case
            when costs.municipality_code is null then 0
            -- Of two numbers the smaller: what is not known would lose to the cap.
            when costs.cost_jpy is null or terms.municipality_share_pct is null then null
            else cast(
                    least(
                        floor(
                            cast(costs.cost_jpy as decimal(18, 0)) * cast(terms.municipality_share_pct as decimal(7, 4))
                            * cast(0.01 as decimal(3, 2))
                        ),
                        coalesce(terms.municipality_cap_jpy, costs.cost_jpy)
                    ) as bigint
                )
        end as of_municipality_jpy
    from costs
    inner join named on costs.fiscal_year = named.fiscal_year
    left join scenarios as terms
        on named.fiscal_year = terms.fiscal_year and named.scenario_id = terms.scenario_id
        and costs.cost_item = terms.cost_item
),

paid as (
    select
        divided.*,
        'prefecture' as payer,
        divided.cost_jpy - divided.of_municipality_jpy as paid_jpy,
        cast(0 as bigint) as tax_allocation_jpy
    from divided
    union all
    select
        divided.*,
        'municipality' as payer,
        divided.of_municipality_jpy as paid_jpy,
        case
            when divided.of_municipality_jpy = 0 then 0
            when divided.of_municipality_jpy is null then null
            else cast(
                    floor(
                        cast(
                            least(divided.of_municipality_jpy, coalesce(divided.tax_allocation_cap_jpy, divided.of_municipality_jpy))
                            as decimal(18, 0)
                        )
                        * cast(divided.tax_allocation_rate_pct as decimal(7, 4)) * cast(0.01 as decimal(3, 2))
                    ) as bigint
                )
        end as tax_allocation_jpy
    from divided
    where divided.municipality_code is not null
),

final as (
    select
        paid.fiscal_year,
        cast(paid.fiscal_year + 1 as integer) as option_fiscal_year,
        paid.option_id,
        options.option_kind,
        options.description,
        options.target,
        paid.scenario_id,
        paid.scenario_name,
        paid.cost_item,
        paid.payer,
        paid.municipality_code,
        municipalities.name as municipality_name,
        paid.visit_count,
        cast(paid.paid_jpy as bigint) as cost_jpy,
        cast(paid.tax_allocation_jpy as bigint) as tax_allocation_jpy,
        'estimated' as evidence_class,
        paid.basis_ja,
        paid.prefecture_share_pct,
        paid.municipality_share_pct,
        paid.municipality_cap_jpy,
        paid.tax_allocation_rate_pct,
        paid.tax_allocation_cap_jpy,
        paid.scenario_source,
        paid.scenario_source_date,
        options.is_default or paid.is_default_scenario as is_default
    from paid
    inner join options on paid.fiscal_year = options.fiscal_year and paid.option_id = options.option_id
    left join municipalities on paid.municipality_code = municipalities.municipality_code
)

select * from final
