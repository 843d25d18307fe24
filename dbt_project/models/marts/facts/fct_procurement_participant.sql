with shares as (
    select * from {{ ref('int_procurement__shares') }}
),

final as (
    select
        fiscal_year,
        case_id,
        municipality_code,
        joined_date,
        joined_date > contract_date as is_later_joiner,
        evidence_class,
        standalone_cost_jpy,
        share_amount_jpy,
        saving_jpy,
        file_id,
        sheet,
        row
    from shares
)

select * from final
