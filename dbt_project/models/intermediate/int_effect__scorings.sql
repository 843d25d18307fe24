-- Items that two blind scorers of one kind scored for the same municipality and wave.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

answers as (
    select * from {{ ref('stg_assessment__answers') }}
),

final as (
    select
        plans.plan_id,
        plans.analysis_id,
        first_scorer.municipality_code,
        first_scorer.item_no,
        first_scorer.score as first_score,
        second_scorer.score as second_score
    from plans
    inner join answers as first_scorer on plans.outcome_wave = first_scorer.wave
    inner join answers as second_scorer
        on first_scorer.wave = second_scorer.wave
        and first_scorer.municipality_code = second_scorer.municipality_code
        and first_scorer.assessor_kind = second_scorer.assessor_kind
        and first_scorer.item_no = second_scorer.item_no
    where coalesce(first_scorer.scorer_no, 1) = 1 and second_scorer.scorer_no = 2
        and first_scorer.score is not null and second_scorer.score is not null
)

select * from final
