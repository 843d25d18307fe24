with attendance as (
    select * from {{ ref('stg_register__wg_attendance') }}
),

meetings as (
    select * from {{ ref('stg_register__wg_meetings') }}
),

final as (
    select
        cast(attendance.fiscal_year as integer) as fiscal_year,
        attendance.wg_id,
        attendance.meeting_no,
        meetings.held_date,
        meetings.facilitator_kind,
        meetings.mode,
        attendance.municipality_code,
        attendance.section_kind,
        cast(attendance.headcount as integer) as headcount,
        attendance.file_id,
        attendance.sheet,
        attendance.row
    from attendance
    left join meetings
        on attendance.fiscal_year = meetings.fiscal_year
        and attendance.wg_id = meetings.wg_id
        and attendance.meeting_no = meetings.meeting_no
)

select * from final
