with aliases as (
    select * from {{ ref('stg_policy__aliases') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        aliases.alias,
        aliases.municipality_code,
        municipalities.name,
        aliases.received_date,
        aliases.file_id,
        aliases.sheet,
        aliases.row
    from aliases
    inner join municipalities on aliases.municipality_code = municipalities.municipality_code
)

select * from final
