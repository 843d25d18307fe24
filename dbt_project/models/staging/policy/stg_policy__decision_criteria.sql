-- Generated from pipelines/ingest/contracts/policy.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('policy__decision_criteria') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'policy__decision_criteria'
),

in_force_rows as (
    select
        landed.criterion_id,
        landed.valid_from,
        landed.question,
        landed.statement,
        landed.kpi_id,
        landed.analysis,
        landed.comparator,
        landed.threshold,
        landed.required_evidence_class,
        landed.judged_at,
        landed.approver,
        landed.source,
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
