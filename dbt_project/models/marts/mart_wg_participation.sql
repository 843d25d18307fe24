with wgs as (
    select * from {{ ref('stg_register__wgs') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

meetings as (
    select meetings.*
    from {{ ref('stg_register__wg_meetings') }} as meetings
    cross join run
    where meetings.held_date <= run.as_of
),

held as (
    select
        fiscal_year,
        wg_id,
        count(*) as meeting_count
    from meetings
    group by fiscal_year, wg_id
),

attended as (
    select
        attendance.fiscal_year,
        attendance.wg_id,
        attendance.municipality_code,
        count(distinct attendance.meeting_no) as attended_meeting_count
    from {{ ref('stg_register__wg_attendance') }} as attendance
    inner join meetings
        on attendance.fiscal_year = meetings.fiscal_year and attendance.wg_id = meetings.wg_id
        and attendance.meeting_no = meetings.meeting_no
    where attendance.headcount > 0
    group by attendance.fiscal_year, attendance.wg_id, attendance.municipality_code
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        cast(attended.fiscal_year as integer) as fiscal_year,
        attended.wg_id,
        attended.municipality_code,
        municipalities.name as municipality_name,
        cast(held.meeting_count as bigint) as meeting_count,
        cast(attended.attended_meeting_count as bigint) as attended_meeting_count,
        coalesce(wgs.lead_municipality_code = attended.municipality_code, false) as is_lead
    from attended
    inner join held on attended.fiscal_year = held.fiscal_year and attended.wg_id = held.wg_id
    inner join wgs on attended.fiscal_year = wgs.fiscal_year and attended.wg_id = wgs.wg_id
    inner join municipalities on attended.municipality_code = municipalities.municipality_code
)

select * from final
