-- What each criterion looks at: the value of a KPI with the strength of its evidence, or the result of an analysis.
with criteria as (
    select * from {{ ref('int_decision__criteria') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

kpis as (
    select * from {{ ref('mart_kpi') }}
    where municipality_code is null
),

effects as (
    select * from {{ ref('mart_effect') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

-- Spending is a forecast until its accounts are closed.
accounts as (
    select
        fiscal_year,
        bool_or(actual_jpy is null) as is_open
    from {{ ref('mart_programme_cost') }}
    group by fiscal_year
),

analyses as (
    select
        criteria.fiscal_year,
        criteria.criterion_id,
        count(*) as match_count,
        min(effects.analysis_id) as analysis_id,
        min(effects.plan_id) as plan_id
    from criteria
    inner join effects
        on criteria.fiscal_year = effects.fiscal_year
        and (
            criteria.analysis = effects.analysis_id
            or (criteria.analysis = '主要' and effects.role = 'primary')
        )
    group by criteria.fiscal_year, criteria.criterion_id
),

final as (
    select
        criteria.fiscal_year,
        criteria.criterion_id,
        criteria.question,
        criteria.statement,
        criteria.kpi_id,
        criteria.analysis,
        criteria.comparator,
        criteria.threshold,
        criteria.required_evidence_class,
        criteria.judged_at,
        criteria.valid_from,
        criteria.approver,
        criteria.source,
        criteria.is_default,
        case
            when criteria.kpi_id is not null and criteria.analysis is not null then 'both'
            when criteria.kpi_id is not null then 'kpi'
            when criteria.analysis is not null then 'analysis'
            else 'none'
        end as basis,
        definitions.kpi_id is not null as is_known_kpi,
        coalesce(analyses.match_count, 0) as match_count,
        analyses.analysis_id,
        analyses.plan_id,
        case
            when effects.plan_id is not null then concat('分析', effects.analysis_id, 'の差の推定')
            else definitions.name_ja
        end as measure_ja,
        case
            when effects.outcome = 'common_score' then '点'
            when effects.outcome is not null then '割合'
            else definitions.unit
        end as unit,
        definitions.decimals,
        definitions.aggregation,
        case
            when effects.plan_id is not null then 'inferred'
            when definitions.kpi_group = 'cost' and definitions.evidence_class = 'measured' and accounts.is_open
                then 'estimated'
            else definitions.evidence_class
        end as evidence_class,
        coalesce(kpis.value, effects.estimate) as measured,
        kpis.numerator,
        kpis.denominator,
        kpis.reason as no_value_reason,
        effects.outcome,
        effects.verdict as effect_verdict,
        effects.verdict_reason as effect_verdict_reason,
        effects.reading_ja as effect_reading_ja,
        effects.interval_low,
        effects.interval_high,
        effects.smallest_worthwhile,
        coalesce(effects.is_post_hoc, false) as is_post_hoc,
        make_date(criteria.fiscal_year + 1, 3, 31) <= run.as_of as is_year_over
    from criteria
    cross join run
    left join definitions on criteria.kpi_id = definitions.kpi_id and criteria.analysis is null
    left join kpis on definitions.kpi_id = kpis.kpi_id and criteria.fiscal_year = kpis.fiscal_year
    left join accounts on criteria.fiscal_year = accounts.fiscal_year
    left join analyses
        on criteria.fiscal_year = analyses.fiscal_year and criteria.criterion_id = analyses.criterion_id
    left join effects
        on analyses.plan_id = effects.plan_id and analyses.analysis_id = effects.analysis_id
        and analyses.match_count = 1 and criteria.kpi_id is null
)

select * from final
