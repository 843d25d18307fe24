-- Scores of the assessment that counts for a municipality and year, common items only.
with answers as (
    select * from {{ ref('stg_assessment__answers') }}
),

items as (
    select * from {{ ref('stg_policy__assessment_items') }}
),

waves as (
    select * from {{ ref('assessment_waves') }}
),

assessments as (
    select
        answers.municipality_code,
        waves.fiscal_year,
        answers.wave,
        answers.assessor_kind,
        coalesce(answers.scorer_no, 1) as scorer_no,
        row_number() over (
            partition by answers.municipality_code, waves.fiscal_year
            order by
                max(waves.wave_order) desc,
                case answers.assessor_kind when 'prefecture' then 1 when 'vendor' then 2 else 3 end asc,
                coalesce(answers.scorer_no, 1) asc
        ) as preference
    from answers
    inner join waves on answers.wave = waves.wave
    group by answers.municipality_code, waves.fiscal_year, answers.wave, answers.assessor_kind, coalesce(answers.scorer_no, 1)
),

final as (
    select
        assessments.fiscal_year,
        assessments.municipality_code,
        assessments.wave,
        assessments.assessor_kind,
        items.capability,
        items.common_item_id,
        answers.score,
        answers.file_id,
        answers.sheet,
        answers.row,
        items.file_id as item_file_id,
        items.sheet as item_sheet,
        items.row as item_row
    from assessments
    inner join answers
        on assessments.municipality_code = answers.municipality_code
        and assessments.wave = answers.wave
        and assessments.assessor_kind = answers.assessor_kind
        and assessments.scorer_no = coalesce(answers.scorer_no, 1)
    inner join items on answers.wave = items.wave and answers.item_no = items.item_no
    where assessments.preference = 1 and items.common_item_id is not null
)

select * from final
