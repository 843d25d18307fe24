with indicators as (
    select * from {{ ref('mart_residents') }}
    where value is not null
),

-- A change has two cells: the year's own, and the one of the year before.
years_before as (
    select
        indicators.fiscal_year,
        indicators.municipality_code,
        previous.file_id,
        previous.sheet,
        previous.row
    from indicators
    inner join indicators as previous
        on indicators.municipality_code = previous.municipality_code
        and indicators.indicator_code = previous.indicator_code
        and indicators.fiscal_year - 1 = previous.fiscal_year
    where indicators.indicator_code = 'online_rate' and indicators.change is not null
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
    union all
    {{ kpi_row('K703', 'years_before', 'value', role='numerator') }}
    from years_before
)

select * from final
