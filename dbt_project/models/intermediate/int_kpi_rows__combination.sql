-- Contact with each of the four measures in a year, with one row of evidence for each.
with contacts as (
    select
        'dispatch' as measure,
        cast(null as string) as event_key,
        fiscal_year,
        municipality_code,
        file_id,
        sheet,
        row
    from {{ ref('int_dispatch__visits') }}
    where is_counted and order_of_year = 1
    union all
    select
        'wg' as measure,
        event_key,
        fiscal_year,
        municipality_code,
        file_id,
        sheet,
        row
    from (
        select
            *,
            row_number() over (partition by fiscal_year, municipality_code order by event_date, event_key, row) as order_of_year
        from {{ ref('int_stage__events') }}
        where event_kind = 'wg_participation'
    ) as attendance
    where order_of_year = 1
    union all
    select
        'procurement' as measure,
        case_id as event_key,
        fiscal_year,
        municipality_code,
        file_id,
        sheet,
        row
    from (
        select
            *,
            row_number() over (partition by fiscal_year, municipality_code order by contract_date, case_id) as order_of_year
        from {{ ref('int_procurement__shares') }}
    ) as shares
    where order_of_year = 1
    union all
    select
        'chat' as measure,
        message_key as event_key,
        fiscal_year,
        municipality_code,
        file_id,
        sheet,
        row
    from (
        select
            *,
            row_number() over (partition by fiscal_year, municipality_code order by posted_at, message_key) as order_of_year
        from {{ ref('int_chat__messages') }}
        where affiliation_kind = 'municipality'
    ) as messages
    where order_of_year = 1
),

-- As long as nobody's contact with one of the four is known, nothing can be said about all four.
years as (
    select fiscal_year from contacts
    group by fiscal_year
    having count(distinct measure) = 4
),

municipalities as (
    select municipality_code from {{ source('control', 'municipalities') }}
),

counted as (
    select
        years.fiscal_year,
        municipalities.municipality_code,
        count(distinct contacts.measure) as measure_count
    from years
    cross join municipalities
    left join contacts
        on years.fiscal_year = contacts.fiscal_year and municipalities.municipality_code = contacts.municipality_code
    group by years.fiscal_year, municipalities.municipality_code
),

evidence as (
    select
        contacts.measure,
        contacts.fiscal_year,
        contacts.municipality_code,
        case contacts.measure
            when 'dispatch' then 'visit_date,status'
            when 'wg' then 'headcount'
            when 'procurement' then 'municipality_code'
            else 'posted_at'
        end as field,
        contacts.file_id,
        contacts.sheet,
        contacts.row
    from contacts
    inner join years on contacts.fiscal_year = years.fiscal_year
),

-- What else makes a contact one of that year: the plan around a visit, the meeting, the contract, the member's line.
deciding as (
    select
        contacts.measure,
        contacts.fiscal_year,
        contacts.municipality_code,
        'start_date,end_date' as field,
        plan_months.file_id,
        plan_months.sheet,
        plan_months.row
    from contacts
    inner join {{ ref('int_dispatch__visits') }} as visits
        on contacts.file_id = visits.file_id and contacts.sheet = visits.sheet and contacts.row = visits.row
    inner join {{ ref('int_dispatch__plan_months') }} as plan_months
        on visits.municipality_code = plan_months.municipality_code and visits.month = plan_months.month
    where contacts.measure = 'dispatch'
    union all
    select
        contacts.measure,
        contacts.fiscal_year,
        contacts.municipality_code,
        event_rows.field,
        event_rows.file_id,
        event_rows.sheet,
        event_rows.row
    from contacts
    inner join {{ ref('int_stage__event_rows') }} as event_rows
        on contacts.fiscal_year = event_rows.fiscal_year and contacts.municipality_code = event_rows.municipality_code
        and contacts.event_key = event_rows.event_key
        and event_rows.event_kind = 'wg_participation'
    where contacts.measure = 'wg'
    union all
    select
        contacts.measure,
        contacts.fiscal_year,
        contacts.municipality_code,
        'contract_date' as field,
        cases.file_id,
        cases.sheet,
        cases.row
    from contacts
    inner join {{ ref('stg_procurement__joint_cases') }} as cases
        on contacts.fiscal_year = cases.fiscal_year and contacts.event_key = cases.case_id
    where contacts.measure = 'procurement'
    union all
    select
        contacts.measure,
        contacts.fiscal_year,
        contacts.municipality_code,
        'municipality_code' as field,
        messages.member_file_id as file_id,
        messages.member_sheet as sheet,
        messages.member_row as row
    from contacts
    inner join {{ ref('int_chat__messages') }} as messages on contacts.event_key = messages.message_key
    where contacts.measure = 'chat'
),

-- That somebody had contact with each of the four is what makes the question one; the plans say whose the visits are.
first_contacts as (
    select
        measure,
        fiscal_year,
        min(municipality_code) as municipality_code
    from contacts
    group by measure, fiscal_year
),

examined as (
    {% for relation in ['evidence', 'deciding'] -%}
    select
        counted.fiscal_year,
        counted.municipality_code,
        {{ relation }}.field,
        {{ relation }}.file_id,
        {{ relation }}.sheet,
        {{ relation }}.row
    from counted
    inner join first_contacts on counted.fiscal_year = first_contacts.fiscal_year
    inner join {{ relation }}
        on first_contacts.measure = {{ relation }}.measure
        and first_contacts.fiscal_year = {{ relation }}.fiscal_year
        and first_contacts.municipality_code = {{ relation }}.municipality_code
    where counted.measure_count < 4
    union all
    {% endfor -%}
    select distinct
        counted.fiscal_year,
        counted.municipality_code,
        'municipality_code' as field,
        plan_months.file_id,
        plan_months.sheet,
        plan_months.row
    from counted
    inner join {{ ref('int_dispatch__plan_months') }} as plan_months on counted.fiscal_year = plan_months.fiscal_year
    where counted.measure_count < 4
),

final as (
    {{ kpi_row('K801', none, 'contact', 'case when measure_count = 4 then 1 else 0 end', '1') }}
    from counted
    union all
    {{ kpi_row('K801', 'evidence', none, role='criterion', field_column='field') }}
    from evidence
    union all
    {{ kpi_row('K801', 'deciding', none, role='criterion', field_column='field') }}
    from deciding
    union all
    {{ kpi_row('K801', 'examined', none, role='population', field_column='field') }}
    from examined
)

select * from final
