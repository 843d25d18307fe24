with answers as (
    select * from {{ ref('int_transfer__answers') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        cast(answers.fiscal_year as integer) as fiscal_year,
        answers.municipality_code,
        municipalities.name as municipality_name,
        answers.task,
        answers.respondent_kind,
        answers.wave,
        cast(count(*) as bigint) as respondent_count,
        {{ ratio('sum(answers.can_do)', 'count(answers.can_do)') }} as can_do_mean,
        {{ ratio('sum(answers.hours)', 'count(answers.hours)') }} as hours_mean,
        cast(count(*) filter (where answers.has_successor) as bigint) as successor_count,
        cast(count(*) filter (where answers.has_handover) as bigint) as handover_count,
        {{ ratio('sum(answers.willing_to_pay_pct)', 'count(answers.willing_to_pay_pct)') }} as willing_to_pay_pct_mean
    from answers
    inner join municipalities on answers.municipality_code = municipalities.municipality_code
    group by answers.fiscal_year, answers.municipality_code, municipalities.name, answers.task, answers.respondent_kind, answers.wave
)

select * from final
