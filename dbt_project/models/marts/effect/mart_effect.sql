-- Every registered analysis with its result, or with why there is none yet.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

results as (
    select * from {{ ref('int_effect__results') }}
    where kind = 'estimate'
),

final as (
    select
        plans.fiscal_year,
        plans.plan_id,
        plans.analysis_id,
        plans.role,
        plans.outcome,
        plans.method,
        plans.baseline_wave,
        plans.outcome_wave,
        plans.treated_definition,
        plans.comparison_group,
        plans.strata,
        {{ number('plans.alpha') }} as alpha,
        {{ number('plans.power') }} as power,
        {{ number('plans.smallest_worthwhile') }} as smallest_worthwhile,
        results.unit_count,
        results.treated_count,
        results.missing_count,
        {{ number('results.estimate') }} as estimate,
        {{ number('results.standard_error') }} as standard_error,
        {{ number('results.low') }} as interval_low,
        {{ number('results.high') }} as interval_high,
        cast(results.p_value as decimal(18, 6)) as p_value,
        cast(results.p_error as decimal(18, 6)) as p_value_error,
        cast(results.smallest_p as decimal(18, 6)) as smallest_p_value,
        results.is_exact,
        results.assignment_count,
        {{ number('results.minimum_detectable_effect') }} as minimum_detectable_effect,
        {{ number('results.deviation') }} as baseline_deviation,
        results.verdict,
        results.verdict_reason,
        results.reading as reading_ja,
        plans.plan_hash,
        plans.approver,
        plans.registered_date,
        plans.plan_received_date,
        plans.plan_version_count,
        plans.first_plan_received_date,
        plans.outcome_received_date,
        plans.plan_seen_date,
        plans.outcome_seen_date,
        plans.is_post_hoc,
        case when plans.is_post_hoc then '事後分析' else '事前登録' end as registration_ja
    from plans
    inner join results on plans.plan_id = results.plan_id and plans.analysis_id = results.analysis_id
)

select * from final
