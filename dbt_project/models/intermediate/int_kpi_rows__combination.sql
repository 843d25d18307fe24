-- Contact with each of the four measures in a year, with one row of evidence for each.
with contacts as (
    select
        'dispatch' as measure,
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

years as (
    select fiscal_year from contacts
    where measure = 'dispatch'
    group by fiscal_year
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
    select contacts.*
    from contacts
    inner join years on contacts.fiscal_year = years.fiscal_year
),

-- A body without any contact has no cell of its own: the plan that does not name it was examined.
examined as (
    select distinct
        counted.fiscal_year,
        counted.municipality_code,
        plan_months.file_id,
        plan_months.sheet,
        plan_months.row
    from counted
    inner join {{ ref('int_dispatch__plan_months') }} as plan_months on counted.fiscal_year = plan_months.fiscal_year
    where counted.measure_count = 0
),

final as (
    {{ kpi_row('K801', none, 'contact', 'case when measure_count = 4 then 1 else 0 end', '1') }}
    from counted
    union all
    {{ kpi_row('K801', 'evidence', 'contact', role='criterion') }}
    from evidence
    union all
    {{ kpi_row('K801', 'examined', 'municipality_code', role='population') }}
    from examined
)

select * from final
