-- Generated from pipelines/ingest/contracts/register.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('register__recruitments') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'register__recruitments'
),

in_force_rows as (
    select
        landed.fiscal_year,
        landed.posting_id,
        landed.municipality_code,
        landed.theme,
        landed.requirements_date,
        landed.posted_date,
        landed.applicant_count,
        landed.interview_count,
        landed.joint_interview_count,
        landed.decided_date,
        landed.start_date,
        landed.supplier_name,
        landed.supplier_corporate_number,
        landed.is_side_job,
        landed.pool_count,
        landed.end_date,
        landed.end_kind,
        landed._file_id as file_id,
        landed._sheet as sheet,
        landed._row as row,
        landed._typed as typed,
        landed._missing as missing,
        in_force.received_date
    from landed
    inner join in_force
        on landed._file_id = in_force.file_id and landed._submission_key = in_force.submission_key
),

final as (
    select * from in_force_rows
)

select * from final
