-- How alike the compared groups were before.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

results as (
    select * from {{ ref('int_effect__results') }}
    where kind = 'balance'
),

final as (
    select
        plans.fiscal_year,
        results.plan_id,
        results.analysis_id,
        results.position,
        results.item as covariate,
        results.subject as covariate_ja,
        {{ number('results.treated_mean') }} as treated_mean,
        {{ number('results.untreated_mean') }} as untreated_mean,
        {{ number('results.value') }} as standardised_difference,
        results.treated_count,
        results.unit_count
    from results
    inner join plans on results.plan_id = plans.plan_id and results.analysis_id = plans.analysis_id
)

select * from final
