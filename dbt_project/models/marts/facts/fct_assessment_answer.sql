-- Every score of every assessment received, with the item it measures and whether a stage rests on it.
with answers as (
    select * from {{ ref('stg_assessment__answers') }}
),

items as (
    select * from {{ ref('stg_policy__assessment_items') }}
),

waves as (
    select * from {{ ref('assessment_waves') }}
),

counted as (
    select
        file_id,
        sheet,
        row
    from {{ ref('int_stage__scores') }}
),

final as (
    select
        cast(waves.fiscal_year as integer) as fiscal_year,
        answers.municipality_code,
        answers.wave,
        answers.assessor_kind,
        cast(coalesce(answers.scorer_no, 1) as integer) as scorer_no,
        answers.assessed_date,
        answers.item_no,
        items.common_item_id,
        coalesce(items.capability, answers.capability) as capability,
        cast(answers.score as integer) as score,
        counted.file_id is not null as is_counted,
        answers.file_id,
        answers.sheet,
        answers.row
    from answers
    inner join waves on answers.wave = waves.wave
    left join items on answers.wave = items.wave and answers.item_no = items.item_no
    left join counted
        on answers.file_id = counted.file_id and answers.sheet = counted.sheet and answers.row = counted.row
)

select * from final
