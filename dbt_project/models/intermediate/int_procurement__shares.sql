-- One row per joint case and participant, with the saving where both amounts are known.
with cases as (
    select * from {{ ref('stg_procurement__joint_cases') }}
),

participants as (
    select * from {{ ref('stg_procurement__joint_case_participants') }}
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
        participants.municipality_code,
        participants.joined_date,
        participants.evidence_class,
        participants.standalone_cost_jpy,
        participants.share_amount_jpy,
        participants.standalone_cost_jpy - participants.share_amount_jpy as saving_jpy,
        participants.file_id,
        participants.sheet,
        participants.row
    from cases
    cross join run
    inner join participants
        on cases.fiscal_year = participants.fiscal_year and cases.case_id = participants.case_id
    where cases.contract_date <= run.as_of
        and coalesce(participants.joined_date, cases.contract_date) <= run.as_of
)

select * from final
