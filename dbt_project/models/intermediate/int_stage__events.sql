-- What municipalities did, as far as it can corroborate a capability. Nothing that dispatch itself produces.
with run as (
    select * from {{ source('control', 'run') }}
),

calendar as (
    select distinct
        fiscal_year,
        month
    from {{ source('control', 'calendar') }}
),

measures as (
    select
        case when kind = 'measure' then 'measure_approved' else 'plan_or_organisation' end as event_kind,
        municipality_code,
        approved_date as event_date,
        measure_id as event_key,
        'approved_date' as field,
        file_id,
        sheet,
        row
    from {{ ref('stg_register__measures') }}
),

consultations as (
    select
        'consultation' as event_kind,
        municipality_code,
        visit_date as event_date,
        visit_id as event_key,
        'visit_date' as field,
        file_id,
        sheet,
        row
    from {{ ref('stg_visit_log__visits') }}
    where visit_kind = 'consultation' and status = 'delivered'
),

wg_attendance as (
    select
        'wg_participation' as event_kind,
        attendance.municipality_code,
        meetings.held_date as event_date,
        concat(attendance.wg_id, '/', attendance.meeting_no) as event_key,
        'headcount' as field,
        attendance.file_id,
        attendance.sheet,
        attendance.row
    from {{ ref('stg_register__wg_attendance') }} as attendance
    inner join {{ ref('stg_register__wg_meetings') }} as meetings
        on attendance.fiscal_year = meetings.fiscal_year and attendance.wg_id = meetings.wg_id
        and attendance.meeting_no = meetings.meeting_no
    where attendance.headcount > 0
),

joint_procurement as (
    select
        'joint_procurement' as event_kind,
        municipality_code,
        coalesce(joined_date, contract_date) as event_date,
        case_id as event_key,
        'joined_date' as field,
        file_id,
        sheet,
        row
    from {{ ref('int_procurement__shares') }}
),

-- Joint use goes on for years: it is one event in each year of use that the ledger lists.
joint_use as (
    select
        'joint_use' as event_kind,
        joint_use.municipality_code,
        greatest(joint_use.start_date, min(calendar.month)) as event_date,
        joint_use.system_id as event_key,
        'start_date' as field,
        joint_use.file_id,
        joint_use.sheet,
        joint_use.row
    from {{ ref('stg_procurement__joint_use') }} as joint_use
    inner join calendar on joint_use.fiscal_year = calendar.fiscal_year
    group by joint_use.municipality_code, joint_use.start_date, joint_use.system_id, joint_use.file_id, joint_use.sheet, joint_use.row
),

deliverables as (
    select
        'unaided_deliverable' as event_kind,
        municipality_code,
        completed_date as event_date,
        deliverable_id as event_key,
        'completed_date' as field,
        file_id,
        sheet,
        row
    from {{ ref('stg_register__deliverables') }}
    where completed_date is not null and has_outside_support = false and coalesce(is_from_dispatch, false) = false
),

-- Asked before the dispatch begins, so that what dispatch taught does not corroborate dispatch.
unaided_tasks as (
    select
        'unaided_task' as event_kind,
        municipality_code,
        answered_date as event_date,
        concat(response_id, '/', task) as event_key,
        concat('can_do_', task) as field,
        file_id,
        sheet,
        row
    from {{ ref('int_transfer__answers') }}
    where wave = 'before' and respondent_kind <> 'dispatched' and can_do = 4
),

wg_leads as (
    select
        'wg_lead' as event_kind,
        wgs.lead_municipality_code as municipality_code,
        greatest(wgs.start_date, min(calendar.month)) as event_date,
        wgs.wg_id as event_key,
        'lead_municipality_code' as field,
        wgs.file_id,
        wgs.sheet,
        wgs.row
    from {{ ref('stg_register__wgs') }} as wgs
    inner join calendar on wgs.fiscal_year = calendar.fiscal_year
    where wgs.lead_municipality_code is not null and wgs.status in ('active', 'finished')
    group by wgs.lead_municipality_code, wgs.start_date, wgs.wg_id, wgs.file_id, wgs.sheet, wgs.row
),

procurement_leads as (
    select
        'procurement_lead' as event_kind,
        lead_municipality_code as municipality_code,
        contract_date as event_date,
        case_id as event_key,
        'lead_municipality_code' as field,
        file_id,
        sheet,
        row
    from {{ ref('stg_procurement__joint_cases') }}
    where lead_municipality_code is not null
),

cross_replies as (
    select
        'cross_reply' as event_kind,
        municipality_code,
        cast(posted_at as date) as event_date,
        message_key as event_key,
        'is_reply' as field,
        file_id,
        sheet,
        row
    from {{ ref('int_chat__messages') }}
    where is_reply and municipality_code <> thread_municipality_code
),

kb_articles as (
    select
        'kb_article' as event_kind,
        municipality_code,
        published_date as event_date,
        article_id as event_key,
        'published_date' as field,
        file_id,
        sheet,
        row
    from {{ ref('stg_register__kb_articles') }}
),

events as (
    select * from measures
    union all
    select * from consultations
    union all
    select * from wg_attendance
    union all
    select * from joint_procurement
    union all
    select * from joint_use
    union all
    select * from deliverables
    union all
    select * from unaided_tasks
    union all
    select * from wg_leads
    union all
    select * from procurement_leads
    union all
    select * from cross_replies
    union all
    select * from kb_articles
),

final as (
    select
        {{ fiscal_year('events.event_date') }} as fiscal_year,
        events.*
    from events
    cross join run
    where events.event_date <= run.as_of
)

select * from final
