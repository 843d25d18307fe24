-- What a respondent said about one task. No free text, no name.
with answers as (
    select * from {{ ref('int_transfer__answers') }}
),

final as (
    select
        fiscal_year,
        municipality_code,
        wave,
        is_latest_wave,
        response_id,
        respondent_kind,
        answered_date,
        task,
        cast(can_do as integer) as can_do,
        hours,
        has_successor,
        has_handover,
        willing_to_pay_pct,
        file_id,
        sheet,
        row
    from answers
)

select * from final
