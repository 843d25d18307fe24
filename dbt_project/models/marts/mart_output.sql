with deliverables as (
    select * from {{ ref('stg_register__deliverables') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        cast(deliverables.fiscal_year as integer) as fiscal_year,
        deliverables.municipality_code,
        municipalities.name as municipality_name,
        deliverables.theme,
        deliverables.deliverable_id,
        deliverables.name,
        case when deliverables.completed_date <= run.as_of then deliverables.completed_date end as completed_date,
        case when deliverables.approved_date <= run.as_of then deliverables.approved_date end as approved_date,
        coalesce(deliverables.is_from_dispatch, false) as is_from_dispatch,
        coalesce(deliverables.has_outside_support, false) as has_outside_support,
        deliverables.file_id,
        deliverables.sheet,
        deliverables.row
    from deliverables
    cross join run
    inner join municipalities on deliverables.municipality_code = municipalities.municipality_code
)

select * from final
