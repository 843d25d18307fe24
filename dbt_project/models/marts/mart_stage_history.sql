-- Any year re-scored under any version of the stage scheme.
with capabilities as (
    select * from {{ ref('int_stage__capabilities') }}
),

labels as (
    select
        code,
        label
    from {{ source('control', 'code_labels') }}
    where codebook = 'capabilities'
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

published as (
    select * from {{ ref('stg_register__published_stages') }}
),

sheets as (
    select distinct
        waves.fiscal_year,
        answers.municipality_code
    from {{ ref('stg_assessment__answers') }} as answers
    inner join {{ ref('assessment_waves') }} as waves on answers.wave = waves.wave
),

described as (
    select
        capabilities.*,
        labels.label,
        case
            when not capabilities.has_score and not capabilities.has_events
                then concat(labels.label, ': 評点と裏付け(', capabilities.event_count, '件、必要', capabilities.required_event_count, '件)')
            when not capabilities.has_score
                then concat(
                        labels.label, ': 評点(', coalesce(cast(cast(capabilities.score as decimal(6, 2)) as string), 'なし'),
                        '、基準', cast(cast(capabilities.score_threshold as decimal(6, 2)) as string), ')'
                    )
            else concat(labels.label, ': 裏付け(', capabilities.event_count, '件、必要', capabilities.required_event_count, '件)')
        end as missing_text
    from capabilities
    inner join labels on capabilities.capability = labels.code
),

rolled_up as (
    select
        scheme_version,
        fiscal_year,
        municipality_code,
        max(valid_from) as valid_from,
        max(wave) as wave,
        max(assessor_kind) as assessor_kind,
        bool_and(holds) filter (where is_collaboration) as is_collaboration,
        bool_and(holds) as is_co_creation,
        bool_and(has_score) filter (where is_collaboration) as claims_collaboration,
        bool_and(has_score) as claims_co_creation,
        bool_and(could_be_corroborated) as is_comparable,
        {{ ordered_text('case when not could_be_corroborated then label end', 'sort_order') }} as uncorroborable,
        {{ ordered_list('missing_text', 'sort_order', 'is_collaboration and not holds') }} as missing_for_collaboration,
        {{ ordered_list('missing_text', 'sort_order', 'not is_collaboration and not holds') }} as missing_for_co_creation,
        {{ ordered_text('case when is_collaboration and not holds then missing_text end', 'sort_order') }}
            as missing_for_collaboration_text,
        {{ ordered_text('case when not is_collaboration and not holds then missing_text end', 'sort_order') }}
            as missing_for_co_creation_text,
        {%- for capability in ['judge', 'use_support', 'solve', 'lead'] %}
        max(case when capability = '{{ capability }}' then score end) as {{ capability }}_score,
        max(case when capability = '{{ capability }}' then event_count end) as {{ capability }}_event_count,
        bool_or(capability = '{{ capability }}' and holds) as has_{{ capability }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from described
    group by scheme_version, fiscal_year, municipality_code
),

-- What the prefecture had stated by that year; a statement stands until the next one.
published_by_year as (
    select
        rolled_up.fiscal_year,
        rolled_up.municipality_code,
        published.stage,
        published.fiscal_year as published_fiscal_year,
        row_number() over (
            partition by rolled_up.fiscal_year, rolled_up.municipality_code order by published.fiscal_year desc
        ) as recency
    from (
        select distinct
            fiscal_year,
            municipality_code
        from rolled_up
    ) as rolled_up
    cross join {{ source('control', 'run') }} as run
    inner join published
        on rolled_up.municipality_code = published.municipality_code and rolled_up.fiscal_year >= published.fiscal_year
    where published.published_date <= run.as_of
),

staged as (
    select
        rolled_up.*,
        case
            when rolled_up.wave is null then null
            when rolled_up.is_co_creation then 'co_creation'
            when rolled_up.is_collaboration then 'collaboration'
            else 'below'
        end as stage,
        case
            when rolled_up.wave is null then null
            when rolled_up.claims_co_creation then 'co_creation'
            when rolled_up.claims_collaboration then 'collaboration'
            else 'below'
        end as claimed_stage,
        published_by_year.stage as published_stage,
        published_by_year.published_fiscal_year
    from rolled_up
    left join published_by_year
        on rolled_up.fiscal_year = published_by_year.fiscal_year
        and rolled_up.municipality_code = published_by_year.municipality_code
        and published_by_year.recency = 1
),

ranked as (
    select
        *,
        case stage when 'co_creation' then 2 when 'collaboration' then 1 when 'below' then 0 end as stage_rank,
        case claimed_stage when 'co_creation' then 2 when 'collaboration' then 1 when 'below' then 0 end as claimed_rank,
        case published_stage when 'co_creation' then 2 when 'collaboration' then 1 when 'below' then 0 end as published_rank
    from staged
),

final as (
    select
        ranked.fiscal_year,
        ranked.municipality_code,
        municipalities.name as municipality_name,
        ranked.scheme_version,
        ranked.valid_from as scheme_valid_from,
        ranked.wave,
        ranked.assessor_kind,
        ranked.stage,
        ranked.claimed_stage,
        ranked.published_stage,
        cast(ranked.published_fiscal_year as integer) as published_fiscal_year,
        coalesce(
            ranked.claimed_rank > ranked.stage_rank or coalesce(ranked.published_rank, 0) > ranked.stage_rank, false
        ) as is_to_confirm,
        case
            when ranked.stage = 'below' then ranked.missing_for_collaboration
            when ranked.stage = 'collaboration' then ranked.missing_for_co_creation
        end as missing_criteria,
        case
            when ranked.stage = 'below' then ranked.missing_for_collaboration_text
            when ranked.stage = 'collaboration' then ranked.missing_for_co_creation_text
        end as missing_criteria_text,
        case ranked.stage when 'below' then 'collaboration' when 'collaboration' then 'co_creation' end as next_stage,
        ranked.judge_score,
        ranked.use_support_score,
        ranked.solve_score,
        ranked.lead_score,
        ranked.judge_event_count,
        ranked.use_support_event_count,
        ranked.solve_event_count,
        ranked.lead_event_count,
        ranked.has_judge,
        ranked.has_use_support,
        ranked.has_solve,
        ranked.has_lead,
        ranked.is_comparable and ranked.wave is not null as is_comparable,
        case
            when ranked.wave is not null then null
            when sheets.municipality_code is null then 'この年度のアセスメント調査票を受領していない'
            else '調査票は受領したが、設問対応表に共通項目がない'
        end as no_stage_reason,
        case when not ranked.is_comparable
                then concat('裏付けの記録がまだなかった能力: ', ranked.uncorroborable)
        end as incomparable_reason
    from ranked
    inner join municipalities on ranked.municipality_code = municipalities.municipality_code
    left join sheets
        on ranked.fiscal_year = sheets.fiscal_year and ranked.municipality_code = sheets.municipality_code
)

select * from final
