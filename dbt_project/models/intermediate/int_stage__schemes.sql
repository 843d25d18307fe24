-- The stage scheme: what was received as policy, or the defaults when none ever was.
with received as (
    select
        scheme_version,
        valid_from,
        capability,
        score_threshold,
        event_count
    from {{ ref('stg_policy__stage_schemes') }}
),

defaults as (
    select * from {{ ref('default_stage_schemes') }}
),

capabilities as (
    select * from {{ ref('capabilities') }}
),

chosen as (
    select * from received
    union all
    select * from defaults
    where not exists (select 1 from received)
),

final as (
    select
        chosen.scheme_version,
        chosen.valid_from,
        chosen.capability,
        capabilities.sort_order,
        capabilities.is_collaboration,
        chosen.score_threshold,
        chosen.event_count as required_event_count
    from chosen
    inner join capabilities on chosen.capability = capabilities.capability
)

select * from final
