with cases as (
    select * from {{ ref('stg_procurement__joint_cases') }}
),

participants as (
    select
        fiscal_year,
        case_id,
        count(*) as participant_count
    from {{ ref('int_procurement__shares') }}
    group by fiscal_year, case_id
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        cast(cases.fiscal_year as integer) as fiscal_year,
        cases.case_id,
        cases.name as case_name,
        cases.method,
        cases.wg_id,
        cases.lead_municipality_code,
        cases.contract_date,
        cases.contract_amount_jpy,
        {{ vendor_key('cases') }} as vendor_key,
        cast(coalesce(participants.participant_count, 0) as integer) as participant_count,
        coalesce(cases.contract_date <= run.as_of, false) as is_contracted,
        cases.file_id,
        cases.sheet,
        cases.row
    from cases
    cross join run
    left join participants on cases.fiscal_year = participants.fiscal_year and cases.case_id = participants.case_id
)

select * from final
