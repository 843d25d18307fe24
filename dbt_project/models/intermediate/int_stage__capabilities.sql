-- Every scheme version x year x municipality x capability: the score, the events, and whether both suffice.
with schemes as (
    select * from {{ ref('int_stage__schemes') }}
),

evidence as (
    select * from {{ ref('int_stage__scheme_evidence') }}
),

scores as (
    select * from {{ ref('int_stage__scores') }}
),

events as (
    select * from {{ ref('int_stage__events') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

municipalities as (
    select municipality_code from {{ source('control', 'municipalities') }}
),

first_year as (
    select min(fiscal_year) as fiscal_year from {{ ref('assessment_waves') }}
),

years as (
    select distinct calendar.fiscal_year
    from {{ source('control', 'calendar') }} as calendar
    cross join run
    cross join first_year
    where calendar.fiscal_year between first_year.fiscal_year and run.fiscal_year
),

assessed as (
    select
        fiscal_year,
        municipality_code,
        max(wave) as wave,
        max(assessor_kind) as assessor_kind
    from scores
    group by fiscal_year, municipality_code
),

mean_scores as (
    select
        fiscal_year,
        municipality_code,
        capability,
        cast({{ ratio('sum(score)', 'count(score)') }} as decimal(6, 4)) as score
    from scores
    group by fiscal_year, municipality_code, capability
),

counts as (
    select
        evidence.scheme_version,
        events.fiscal_year,
        events.municipality_code,
        evidence.capability,
        cast(count(distinct concat(events.event_kind, '/', events.event_key)) as bigint) as event_count
    from events
    inner join evidence on events.event_kind = evidence.event_kind
    group by evidence.scheme_version, events.fiscal_year, events.municipality_code, evidence.capability
),

-- A capability can be corroborated in a year only if some municipality showed such an event that year.
possible as (
    select
        scheme_version,
        fiscal_year,
        capability,
        sum(event_count) as event_count
    from counts
    group by scheme_version, fiscal_year, capability
),

final as (
    select
        schemes.scheme_version,
        schemes.valid_from,
        years.fiscal_year,
        municipalities.municipality_code,
        schemes.capability,
        schemes.sort_order,
        schemes.is_collaboration,
        assessed.wave,
        assessed.assessor_kind,
        mean_scores.score,
        schemes.score_threshold,
        coalesce(counts.event_count, 0) as event_count,
        schemes.required_event_count,
        coalesce(mean_scores.score >= schemes.score_threshold, false) as has_score,
        coalesce(counts.event_count, 0) >= schemes.required_event_count as has_events,
        coalesce(mean_scores.score >= schemes.score_threshold, false)
        and coalesce(counts.event_count, 0) >= schemes.required_event_count as holds,
        possible.event_count is not null as could_be_corroborated
    from schemes
    cross join years
    cross join municipalities
    left join assessed
        on years.fiscal_year = assessed.fiscal_year and municipalities.municipality_code = assessed.municipality_code
    left join mean_scores
        on years.fiscal_year = mean_scores.fiscal_year
        and municipalities.municipality_code = mean_scores.municipality_code
        and schemes.capability = mean_scores.capability
    left join counts
        on schemes.scheme_version = counts.scheme_version and years.fiscal_year = counts.fiscal_year
        and municipalities.municipality_code = counts.municipality_code and schemes.capability = counts.capability
    left join possible
        on schemes.scheme_version = possible.scheme_version and years.fiscal_year = possible.fiscal_year
        and schemes.capability = possible.capability
)

select * from final
