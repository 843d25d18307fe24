with wgs as (
    select
        outcomes.*,
        sources.file_id,
        sources.sheet,
        sources.row,
        cast(null as string) as municipality_code
    from {{ ref('mart_wg_outcome') }} as outcomes
    inner join {{ ref('stg_register__wgs') }} as sources
        on outcomes.fiscal_year = sources.fiscal_year and outcomes.wg_id = sources.wg_id
),

-- A WG goes on over the years: what it reached, and its last meetings, may stand in the register of an earlier one.
outcomes as (
    select
        wgs.fiscal_year,
        wgs.municipality_code,
        outcomes.file_id,
        outcomes.sheet,
        outcomes.row
    from wgs
    cross join {{ source('control', 'run') }} as run
    inner join {{ ref('stg_register__wg_outcomes') }} as outcomes
        on wgs.wg_id = outcomes.wg_id and wgs.fiscal_year >= outcomes.fiscal_year
    where outcomes.reached_date <= run.as_of
),

meetings as (
    select meetings.*
    from {{ ref('stg_register__wg_meetings') }} as meetings
    cross join {{ source('control', 'run') }} as run
    where meetings.held_date <= run.as_of
),

meetings_of_active as (
    select
        wgs.fiscal_year,
        wgs.municipality_code,
        meetings.file_id,
        meetings.sheet,
        meetings.row
    from wgs
    inner join meetings on wgs.wg_id = meetings.wg_id and wgs.fiscal_year >= meetings.fiscal_year
    where wgs.status = 'active'
),

attendance as (
    select
        attendance.*,
        meetings.file_id as meeting_file_id,
        meetings.sheet as meeting_sheet,
        meetings.row as meeting_row,
        row_number() over (
            partition by attendance.fiscal_year, attendance.municipality_code
            order by attendance.wg_id, attendance.meeting_no, attendance.row
        ) as order_of_municipality
    from {{ ref('stg_register__wg_attendance') }} as attendance
    inner join meetings
        on attendance.fiscal_year = meetings.fiscal_year and attendance.wg_id = meetings.wg_id
        and attendance.meeting_no = meetings.meeting_no
    where attendance.headcount > 0
),

attended_meetings as (
    select distinct
        fiscal_year,
        municipality_code,
        meeting_file_id as file_id,
        meeting_sheet as sheet,
        meeting_row as row
    from attendance
),

final as (
    {{ kpi_row('K301', 'wgs', 'status', "case when status = 'active' then 1 else 0 end") }}
    from wgs
    union all
    {{ kpi_row('K302', 'wgs', 'initiator_kind', "case when initiator_kind in ('municipality', 'bureau') then 1 else 0 end", '1') }}
    from wgs
    where status <> 'cancelled'
    union all
    {{ kpi_row('K303', 'wgs', 'wg_id', 'case when has_concrete_outcome then 1 else 0 end', '1') }}
    from wgs
    union all
    {{ kpi_row('K303', 'outcomes', 'outcome_stage,reached_date', role='criterion') }}
    from outcomes
    union all
    {{ kpi_row('K304', 'wgs', 'status', 'case when is_self_sustaining then 1 else 0 end', '1') }}
    from wgs
    where status = 'active'
    union all
    {{ kpi_row('K304', 'meetings_of_active', 'facilitator_kind,held_date', role='criterion') }}
    from meetings_of_active
    union all
    {{ kpi_row('K305', 'attendance', 'headcount', 'case when order_of_municipality = 1 then 1 else 0 end') }}
    from attendance
    union all
    {{ kpi_row('K305', 'attended_meetings', 'held_date', role='criterion') }}
    from attended_meetings
    union all
    {{ kpi_row('K313', 'wgs', 'goals_code', 'case when is_goals_aligned then 1 else 0 end', '1') }}
    from wgs
    where status <> 'cancelled'
)

select * from final
