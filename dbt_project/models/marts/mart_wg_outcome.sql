with wgs as (
    select * from {{ ref('stg_register__wgs') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

participation as (
    select
        fiscal_year,
        wg_id,
        count(*) as participant_count,
        max(meeting_count) as meeting_count
    from {{ ref('mart_wg_participation') }}
    group by fiscal_year, wg_id
),

-- Meetings go on over the years, so the last three may lie in the year before.
last_meetings as (
    select
        wgs.fiscal_year,
        wgs.wg_id,
        meetings.facilitator_kind,
        row_number() over (
            partition by wgs.fiscal_year, wgs.wg_id order by meetings.held_date desc, meetings.meeting_no desc
        ) as recency
    from wgs
    cross join run
    inner join {{ ref('stg_register__wg_meetings') }} as meetings
        on wgs.wg_id = meetings.wg_id and wgs.fiscal_year >= meetings.fiscal_year
    where meetings.held_date <= run.as_of
),

facilitation as (
    select
        fiscal_year,
        wg_id,
        count(*) = 3 and bool_and(facilitator_kind not in ('prefecture', 'producer')) as is_self_sustaining
    from last_meetings
    where recency <= 3
    group by fiscal_year, wg_id
),

outcomes as (
    select
        wgs.fiscal_year,
        wgs.wg_id,
        outcomes.outcome_stage,
        outcomes.reached_date,
        row_number() over (
            partition by wgs.fiscal_year, wgs.wg_id order by outcomes.reached_date desc, labels.sort_order desc
        ) as recency
    from wgs
    cross join run
    inner join {{ ref('stg_register__wg_outcomes') }} as outcomes
        on wgs.wg_id = outcomes.wg_id and wgs.fiscal_year >= outcomes.fiscal_year
    inner join {{ source('control', 'code_labels') }} as labels
        on labels.codebook = 'outcome_stages' and outcomes.outcome_stage = labels.code
    where outcomes.reached_date <= run.as_of
),

reached as (
    select
        fiscal_year,
        wg_id,
        max(case when recency = 1 then outcome_stage end) as outcome_stage,
        max(case when recency = 1 then reached_date end) as outcome_date,
        min(reached_date) filter (where outcome_stage in ('implemented', 'operating')) as implemented_date
    from outcomes
    group by fiscal_year, wg_id
),

needs as (
    select distinct
        {{ fiscal_year('answered_date') }} as fiscal_year,
        theme_first as theme
    from {{ ref('stg_survey__needs') }}
    where theme_first is not null
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        cast(wgs.fiscal_year as integer) as fiscal_year,
        wgs.wg_id,
        wgs.name as wg_name,
        wgs.wg_type,
        wgs.theme,
        wgs.region,
        wgs.goals_code,
        wgs.need,
        wgs.initiator_kind,
        wgs.lead_municipality_code,
        municipalities.name as lead_municipality_name,
        wgs.status,
        wgs.start_date,
        wgs.end_date,
        cast(coalesce(participation.participant_count, 0) as bigint) as participant_count,
        cast(coalesce(participation.meeting_count, 0) as bigint) as meeting_count,
        reached.outcome_stage,
        reached.outcome_date,
        reached.implemented_date,
        reached.implemented_date is not null as has_concrete_outcome,
        wgs.status = 'active' and coalesce(facilitation.is_self_sustaining, false) as is_self_sustaining,
        coalesce(wgs.goals_code, '') <> '' as is_goals_aligned,
        exists(
            select 1 from needs
            where needs.theme = wgs.theme and needs.fiscal_year between wgs.fiscal_year - 1 and wgs.fiscal_year
        ) as is_need_aligned
    from wgs
    left join participation on wgs.fiscal_year = participation.fiscal_year and wgs.wg_id = participation.wg_id
    left join facilitation on wgs.fiscal_year = facilitation.fiscal_year and wgs.wg_id = facilitation.wg_id
    left join reached on wgs.fiscal_year = reached.fiscal_year and wgs.wg_id = reached.wg_id
    left join municipalities on wgs.lead_municipality_code = municipalities.municipality_code
)

select * from final
