-- What was scored twice in the wave that an analysis is about.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

double_scorings as (
    select * from {{ ref('int_assessment__double_scorings') }}
),

final as (
    select
        plans.plan_id,
        plans.analysis_id,
        double_scorings.municipality_code,
        double_scorings.item_no,
        double_scorings.first_score,
        double_scorings.second_score
    from plans
    inner join double_scorings on plans.outcome_wave = double_scorings.wave
)

select * from final
