-- The assessment rows that enter each analysis: common items that a municipality answered, before and after.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

answers as (
    select * from {{ ref('stg_assessment__answers') }}
),

items as (
    select * from {{ ref('stg_policy__assessment_items') }}
),

assessments as (
    select
        municipality_code,
        wave,
        assessor_kind,
        coalesce(scorer_no, 1) as scorer_no,
        row_number() over (
            partition by municipality_code, wave
            order by
                case assessor_kind when 'prefecture' then 1 when 'vendor' then 2 else 3 end asc,
                coalesce(scorer_no, 1) asc
        ) as preference
    from answers
    group by municipality_code, wave, assessor_kind, coalesce(scorer_no, 1)
),

scores as (
    select
        answers.municipality_code,
        answers.wave,
        answers.assessor_kind,
        items.common_item_id,
        answers.score,
        answers.file_id,
        answers.sheet,
        answers.row
    from assessments
    inner join answers
        on assessments.municipality_code = answers.municipality_code
        and assessments.wave = answers.wave
        and assessments.assessor_kind = answers.assessor_kind
        and assessments.scorer_no = coalesce(answers.scorer_no, 1)
    inner join items on answers.wave = items.wave and answers.item_no = items.item_no
    where assessments.preference = 1 and items.common_item_id is not null and answers.score is not null
),

moments as (
    select
        plan_id,
        analysis_id,
        fiscal_year,
        'baseline' as moment,
        baseline_wave as wave,
        outcome_wave as other_wave
    from plans
    union all
    select
        plan_id,
        analysis_id,
        fiscal_year,
        'outcome' as moment,
        outcome_wave as wave,
        baseline_wave as other_wave
    from plans
),

scored_items as (
    select
        wave,
        municipality_code,
        common_item_id
    from scores
),

assessed as (
    select distinct
        wave,
        municipality_code
    from scores
),

-- An item that one of the two waves lacks for this municipality would move its mean without any change.
final as (
    select
        moments.plan_id,
        moments.analysis_id,
        moments.fiscal_year,
        moments.moment,
        scores.municipality_code,
        scores.assessor_kind,
        scores.common_item_id,
        scores.score,
        scores.file_id,
        scores.sheet,
        scores.row
    from moments
    inner join scores on moments.wave = scores.wave
    left join scored_items
        on moments.other_wave = scored_items.wave
        and scores.municipality_code = scored_items.municipality_code
        and scores.common_item_id = scored_items.common_item_id
    left join assessed
        on moments.other_wave = assessed.wave and scores.municipality_code = assessed.municipality_code
    where scored_items.common_item_id is not null or assessed.municipality_code is null
)

select * from final
