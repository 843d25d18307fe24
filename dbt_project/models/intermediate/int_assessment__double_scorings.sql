-- Items that two blind scorers of one kind scored for the same municipality and wave.
with answers as (
    select * from {{ ref('stg_assessment__answers') }}
),

-- A single scorer leaves the number empty; of three or more, the first two are compared.
scorers as (
    select
        wave,
        municipality_code,
        assessor_kind,
        coalesce(scorer_no, 1) as scorer_no,
        row_number() over (
            partition by wave, municipality_code, assessor_kind order by coalesce(scorer_no, 1) asc
        ) as scorer_order
    from answers
    group by wave, municipality_code, assessor_kind, coalesce(scorer_no, 1)
),

scored as (
    select
        answers.wave,
        answers.municipality_code,
        answers.assessor_kind,
        answers.item_no,
        answers.capability,
        answers.score,
        scorers.scorer_order
    from answers
    inner join scorers
        on answers.wave = scorers.wave
        and answers.municipality_code = scorers.municipality_code
        and answers.assessor_kind = scorers.assessor_kind
        and coalesce(answers.scorer_no, 1) = scorers.scorer_no
    where answers.score is not null
),

final as (
    select
        first_scorer.wave,
        first_scorer.municipality_code,
        first_scorer.assessor_kind,
        first_scorer.item_no,
        first_scorer.capability,
        first_scorer.score as first_score,
        second_scorer.score as second_score
    from scored as first_scorer
    inner join scored as second_scorer
        on first_scorer.wave = second_scorer.wave
        and first_scorer.municipality_code = second_scorer.municipality_code
        and first_scorer.assessor_kind = second_scorer.assessor_kind
        and first_scorer.item_no = second_scorer.item_no
    where first_scorer.scorer_order = 1 and second_scorer.scorer_order = 2
)

select * from final
