with attendance as (
    select * from {{ ref('stg_register__event_attendance') }}
),

events as (
    select * from {{ ref('stg_register__events') }}
),

final as (
    select
        cast(attendance.fiscal_year as integer) as fiscal_year,
        attendance.event_id,
        events.kind,
        events.name as event_name,
        events.held_date,
        attendance.municipality_code,
        attendance.section_kind,
        cast(attendance.headcount as integer) as headcount,
        attendance.file_id,
        attendance.sheet,
        attendance.row
    from attendance
    left join events on attendance.fiscal_year = events.fiscal_year and attendance.event_id = events.event_id
)

select * from final
