with indicators as (
    select * from {{ ref('stg_public_statistics__indicators') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

-- Comparison: published values of municipalities outside the prefecture, same indicator and year.
outside as (
    select
        indicators.indicator_code,
        indicators.statistics_year,
        {{ middle_of('indicators.value') }} as comparison_median,
        count(indicators.value) as comparison_count
    from indicators
    left join municipalities on indicators.area_code = municipalities.municipality_code
    where municipalities.municipality_code is null
    group by indicators.indicator_code, indicators.statistics_year
),

final as (
    select
        cast(indicators.statistics_year as integer) as fiscal_year,
        municipalities.municipality_code,
        municipalities.name as municipality_name,
        indicators.indicator_code,
        indicators.indicator_name,
        indicators.unit,
        {{ number('indicators.value') }} as value,
        {{ number('previous.value') }} as previous_value,
        {{ number('indicators.value - previous.value') }} as change,
        outside.comparison_median,
        cast(coalesce(outside.comparison_count, 0) as bigint) as comparison_count,
        indicators.source,
        indicators.file_id,
        indicators.sheet,
        indicators.row
    from indicators
    inner join municipalities on indicators.area_code = municipalities.municipality_code
    left join indicators as previous
        on indicators.area_code = previous.area_code and indicators.indicator_code = previous.indicator_code
        and indicators.statistics_year - 1 = previous.statistics_year
    left join outside
        on indicators.indicator_code = outside.indicator_code and indicators.statistics_year = outside.statistics_year
)

select * from final
