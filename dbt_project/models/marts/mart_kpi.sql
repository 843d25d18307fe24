with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

kpi_rows as (
    select * from {{ ref('int_kpi_rows') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

received_targets as (
    select
        fiscal_year,
        kpi_id,
        target
    from {{ ref('stg_policy__kpi_targets') }}
),

of_municipalities as (
    select
        kpi_rows.kpi_id,
        kpi_rows.fiscal_year,
        kpi_rows.municipality_code,
        sum(kpi_rows.numerator) as numerator,
        sum(kpi_rows.denominator) as denominator,
        sum(kpi_rows.respondent_count) as respondent_count,
        {{ middle_of('kpi_rows.numerator') }} as median_value
    from kpi_rows
    inner join definitions on kpi_rows.kpi_id = definitions.kpi_id
    where definitions.has_municipality_rows and kpi_rows.municipality_code is not null
        and (kpi_rows.numerator is not null or kpi_rows.denominator is not null)
    group by kpi_rows.kpi_id, kpi_rows.fiscal_year, kpi_rows.municipality_code
),

of_prefecture as (
    select
        kpi_id,
        fiscal_year,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(respondent_count) as respondent_count,
        {{ middle_of('numerator') }} as median_value
    from kpi_rows
    group by kpi_id, fiscal_year
),

-- Every KPI has a line for the prefecture in every year, also when it has no value.
years as (
    select distinct fiscal_year from kpi_rows
    union
    select fiscal_year from run
),

spine as (
    select
        definitions.kpi_id,
        years.fiscal_year,
        cast(null as string) as municipality_code,
        of_prefecture.numerator,
        of_prefecture.denominator,
        of_prefecture.respondent_count,
        of_prefecture.median_value
    from definitions
    cross join years
    left join of_prefecture
        on definitions.kpi_id = of_prefecture.kpi_id and years.fiscal_year = of_prefecture.fiscal_year
    union all
    select
        kpi_id,
        fiscal_year,
        municipality_code,
        numerator,
        denominator,
        respondent_count,
        median_value
    from of_municipalities
),

measured as (
    select
        spine.kpi_id,
        spine.fiscal_year,
        spine.municipality_code,
        case when definitions.aggregation <> 'median' then spine.numerator end as numerator,
        spine.denominator,
        spine.respondent_count,
        case definitions.aggregation
            when 'sum' then {{ number('spine.numerator') }}
            when 'percent' then {{ ratio('spine.numerator', 'spine.denominator', 100) }}
            when 'mean' then {{ ratio('spine.numerator', 'spine.denominator') }}
            when 'median' then spine.median_value
        end as value
    from spine
    inner join definitions on spine.kpi_id = definitions.kpi_id
),

compared as (
    select
        measured.*,
        previous.value as previous_value,
        case when measured.municipality_code is null then
                coalesce(
                    received_targets.target,
                    case when definitions.target_fiscal_year = measured.fiscal_year then definitions.target end
                )
        end as target,
        make_date(measured.fiscal_year + 1, 3, 31) <= run.as_of as is_target_date_past
    from measured
    cross join run
    inner join definitions on measured.kpi_id = definitions.kpi_id
    left join received_targets
        on measured.kpi_id = received_targets.kpi_id and measured.fiscal_year = received_targets.fiscal_year
    left join measured as previous
        on measured.kpi_id = previous.kpi_id and measured.fiscal_year - 1 = previous.fiscal_year
        and coalesce(measured.municipality_code, '') = coalesce(previous.municipality_code, '')
),

final as (
    select
        compared.kpi_id,
        compared.fiscal_year,
        compared.municipality_code,
        definitions.kpi_group,
        definitions.name_ja,
        definitions.kind,
        definitions.unit,
        {{ number('compared.numerator') }} as numerator,
        {{ number('compared.denominator') }} as denominator,
        cast(compared.respondent_count as bigint) as respondent_count,
        compared.value,
        {{ number('compared.target') }} as target,
        compared.previous_value,
        case
            when compared.value is null then '値なし'
            when compared.target is null then '目標なし'
            when not compared.is_target_date_past then '現時点'
            when definitions.direction = 'up' and compared.value >= compared.target then '達成'
            when definitions.direction = 'down' and compared.value <= compared.target then '達成'
            else '未達'
        end as status,
        definitions.direction,
        case when compared.value is null then definitions.no_value_reason_ja end as reason
    from compared
    inner join definitions on compared.kpi_id = definitions.kpi_id
)

select * from final
