-- Which 振興局 looks after a municipality, by department and time. Until the prefecture says otherwise: one default.
with municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        municipality_code,
        bureau,
        '(既定)' as department,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        bureau_status as source_status
    from municipalities
)

select * from final
