-- Every person-visit reported, of every kind of support. Two experts on one day are two person-visits.
with visits as (
    select * from {{ ref('stg_visit_log__visits') }}
),

dispatch as (
    select
        file_id,
        sheet,
        row,
        is_in_period,
        is_counted
    from {{ ref('int_dispatch__visits') }}
),

final as (
    select
        {{ fiscal_year('visits.visit_date') }} as fiscal_year,
        {{ month_of('visits.visit_date') }} as month,
        visits.municipality_code,
        visits.visit_kind,
        visits.visit_id,
        visits.person,
        visits.talent_type,
        visits.visit_date,
        cast(visits.start_minute as integer) as start_minute,
        cast(visits.end_minute as integer) as end_minute,
        visits.mode,
        visits.status,
        visits.is_first_visit,
        visits.theme,
        visits.section_name,
        cast(visits.attendee_count as integer) as attendee_count,
        visits.preparation_hours,
        visits.travel_cost_jpy,
        visits.decision is not null as has_decision,
        visits.deliverable_name is not null as has_deliverable,
        visits.due_date,
        dispatch.is_in_period,
        coalesce(dispatch.is_counted, false) as is_counted,
        visits.file_id,
        visits.sheet,
        visits.row
    from visits
    left join dispatch
        on visits.file_id = dispatch.file_id and visits.sheet = dispatch.sheet and visits.row = dispatch.row
)

select * from final
