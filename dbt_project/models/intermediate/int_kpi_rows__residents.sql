with indicators as (
    select * from {{ ref('mart_residents') }}
    where value is not null
),

final as (
    {{ kpi_row('K701', 'indicators', 'value', 'value', '1') }}
    from indicators
    where indicators.indicator_code = 'online_rate'
    union all
    {{ kpi_row('K702', 'indicators', 'value', 'case when value = 1 then 1 else 0 end', '1') }}
    from indicators
    where indicator_code = 'has_organisation'
    union all
    {{ kpi_row('K703', 'indicators', 'value', 'change', '1') }}
    from indicators
    where indicator_code = 'online_rate' and change is not null
)

select * from final
