with wgs as (
    select
        *,
        row_number() over (partition by wg_id order by fiscal_year desc) as recency,
        min(fiscal_year) over (partition by wg_id) as first_fiscal_year
    from {{ ref('stg_register__wgs') }}
),

final as (
    select
        wg_id,
        name,
        wg_type,
        theme,
        region,
        goals_code,
        need,
        initiator_kind,
        lead_municipality_code,
        start_date,
        end_date,
        status,
        cast(first_fiscal_year as integer) as first_fiscal_year,
        cast(fiscal_year as integer) as last_fiscal_year,
        file_id,
        sheet,
        row
    from wgs
    where recency = 1
)

select * from final
