-- The rows that each estimate was computed from: the plan, and the assessment answers of the municipalities that entered.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

units as (
    select * from {{ ref('int_effect__units') }}
    where is_complete
),

answers as (
    select * from {{ ref('int_effect__answers') }}
),

final as (
    select
        fiscal_year,
        plan_id,
        analysis_id,
        cast(null as string) as municipality_code,
        'plan' as role,
        plan_hash as file_id,
        plan_sheet as sheet,
        plan_row as row,
        'analysis_id' as field
    from plans
    union all
    select
        answers.fiscal_year,
        answers.plan_id,
        answers.analysis_id,
        answers.municipality_code,
        answers.moment as role,
        answers.file_id,
        answers.sheet,
        answers.row,
        'score' as field
    from answers
    inner join units
        on answers.plan_id = units.plan_id and answers.analysis_id = units.analysis_id
        and answers.municipality_code = units.municipality_code
)

select * from final
