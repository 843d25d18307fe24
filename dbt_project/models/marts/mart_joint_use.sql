with joint_use as (
    select joint_use.*
    from {{ ref('stg_procurement__joint_use') }} as joint_use
    cross join {{ source('control', 'run') }} as run
    where joint_use.start_date <= run.as_of
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        cast(joint_use.fiscal_year as integer) as fiscal_year,
        joint_use.system_id,
        max(joint_use.system_name) as system_name,
        max(joint_use.kind) as kind,
        cast(count(*) as bigint) as participant_count,
        cast(sum(joint_use.cost_before_jpy) as bigint) as cost_before_jpy,
        cast(sum(joint_use.cost_after_jpy) as bigint) as cost_after_jpy,
        cast(sum(municipalities.population) as bigint) as population,
        {{ ratio(
            'sum(joint_use.cost_before_jpy)',
            'sum(case when joint_use.cost_before_jpy is not null then municipalities.population end)'
        ) }} as cost_before_per_head_jpy,
        {{ ratio(
            'sum(joint_use.cost_after_jpy)',
            'sum(case when joint_use.cost_after_jpy is not null then municipalities.population end)'
        ) }} as cost_after_per_head_jpy
    from joint_use
    inner join municipalities on joint_use.municipality_code = municipalities.municipality_code
    group by joint_use.fiscal_year, joint_use.system_id
)

select * from final
