-- Generated from pipelines/ingest/contracts/procurement.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('procurement__national_awards') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'procurement__national_awards'
),

in_force_rows as (
    select
        landed.case_no,
        landed.case_name,
        landed.awarded_date,
        landed.amount_jpy,
        landed.ministry_code,
        landed.method_code,
        landed.vendor_name,
        landed.vendor_corporate_number,
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

ranked as (
    select
        *,
        row_number() over (
            partition by case_no
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
        case_no,
        case_name,
        awarded_date,
        amount_jpy,
        ministry_code,
        method_code,
        vendor_name,
        vendor_corporate_number,
        file_id,
        sheet,
        row,
        typed,
        missing,
        received_date
    from ranked
    where export_rank = 1
),

final as (
    select * from newest
)

select * from final
