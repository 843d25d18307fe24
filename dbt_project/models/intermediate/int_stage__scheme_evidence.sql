-- Which kinds of event corroborate which capability, by scheme version.
with received as (
    select
        scheme_version,
        capability,
        event_kind
    from {{ ref('stg_policy__stage_evidence') }}
),

defaults as (
    select * from {{ ref('default_stage_evidence') }}
),

final as (
    select * from received
    union all
    select
        scheme_version,
        capability,
        event_kind
    from defaults
    where not exists (select 1 from received)
)

select * from final
