with participants as (
    select * from {{ ref('stg_procurement__joint_use') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        cast(participants.fiscal_year as integer) as fiscal_year,
        participants.system_id,
        participants.system_name,
        participants.kind,
        participants.municipality_code,
        participants.start_date,
        coalesce(participants.start_date <= run.as_of, false) as has_started,
        participants.cost_before_jpy,
        participants.cost_after_jpy,
        participants.cost_before_jpy - participants.cost_after_jpy as saving_jpy,
        participants.file_id,
        participants.sheet,
        participants.row
    from participants
    cross join run
)

select * from final
