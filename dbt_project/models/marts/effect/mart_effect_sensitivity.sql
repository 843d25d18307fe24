-- What would change the answer: every check of every estimate, registered or not.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

registered as (
    select
        plan_id,
        check_kind
    from {{ ref('stg_policy__analysis_checks') }}
),

results as (
    select * from {{ ref('int_effect__results') }}
    where kind = 'check'
),

final as (
    select
        plans.fiscal_year,
        results.plan_id,
        results.analysis_id,
        results.position,
        results.item as check_kind,
        results.subject as subject_ja,
        registered.check_kind is not null as is_registered,
        {{ number('results.estimate') }} as estimate,
        {{ number('results.low') }} as interval_low,
        {{ number('results.high') }} as interval_high,
        cast(results.p_value as decimal(18, 6)) as p_value,
        {{ number('results.value') }} as value,
        results.unit_count,
        results.treated_count,
        results.verdict,
        results.reading as reading_ja
    from results
    inner join plans on results.plan_id = plans.plan_id and results.analysis_id = plans.analysis_id
    left join registered on results.plan_id = registered.plan_id and results.item = registered.check_kind
)

select * from final
