with costs as (
    select * from {{ ref('stg_register__costs') }}
),

final as (
    select
        cast(fiscal_year as integer) as fiscal_year,
        cost_id,
        programme,
        item,
        fund_source,
        municipality_code,
        budget_jpy,
        forecast_jpy,
        actual_jpy,
        staff_hours,
        file_id,
        sheet,
        row
    from costs
)

select * from final
