-- Generated from pipelines/ingest/contracts/assessment.odcs.yaml by `make docs`; do not edit.
with landed as (
    select * from {{ landed('assessment__answers') }}
),

in_force as (
    select * from {{ source('control', 'in_force') }}
    where dataset = 'assessment__answers'
),

in_force_rows as (
    select
        landed.municipality_code,
        landed.wave,
        landed.assessor_kind,
        landed.scorer_no,
        landed.assessed_date,
        landed.item_no,
        landed.capability,
        landed.question,
        landed.score,
        landed.evidence_note,
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
