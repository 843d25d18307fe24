-- What each option costs, whoever pays: per municipality the dispatch and its travel, for the prefecture as a whole the rest.
with options as (
    select * from {{ ref('int_decision__options') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

dispatched as (
    select
        fiscal_year,
        municipality_code
    from {{ ref('mart_dispatch_utilisation') }}
),

staged as (
    select
        fiscal_year,
        municipality_code,
        stage
    from {{ ref('mart_stage') }}
    where stage is not null
),

planned_years as (
    select distinct fiscal_year from dispatched
),

assessed_years as (
    select distinct fiscal_year from staged
),

-- Whom an option means is not known before the year has a plan, or a stage: nobody would be a wrong answer.
unknown as (
    select
        options.fiscal_year,
        options.option_id,
        case options.target
            when 'below_collaboration' then '対象団体が分からない(今年度の段階がまだない)'
            else '対象団体が分からない(今年度の派遣計画がまだない)'
        end as basis_ja
    from options
    left join planned_years on options.fiscal_year = planned_years.fiscal_year
    left join assessed_years on options.fiscal_year = assessed_years.fiscal_year
    where (options.target in ('dispatched', 'not_dispatched') and planned_years.fiscal_year is null)
        or (options.target = 'below_collaboration' and assessed_years.fiscal_year is null)
),

-- What a person-visit has cost this year: price and travel as K213 adds them.
measured as (
    select
        fiscal_year,
        sum(contract_cost_jpy) as contract_cost_jpy,
        sum(travel_cost_jpy) as travel_cost_jpy,
        sum(delivered_visit_count) as visit_count
    from {{ ref('mart_dispatch_utilisation') }}
    group by fiscal_year
),

rates as (
    select
        years.fiscal_year,
        parameters.value,
        row_number() over (partition by years.fiscal_year order by parameters.valid_from desc) as recency
    from (select distinct fiscal_year from options) as years
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'staff_hourly_cost_jpy' and parameters.valid_from < make_date(years.fiscal_year + 2, 4, 1)
),

targeted as (
    select
        options.fiscal_year,
        options.option_id,
        municipalities.municipality_code
    from options
    cross join municipalities
    left join dispatched
        on options.fiscal_year = dispatched.fiscal_year
        and municipalities.municipality_code = dispatched.municipality_code
    left join staged
        on options.fiscal_year = staged.fiscal_year and municipalities.municipality_code = staged.municipality_code
    left join unknown
        on options.fiscal_year = unknown.fiscal_year and options.option_id = unknown.option_id
    where unknown.option_id is null
        and (
            options.target = 'all_municipalities'
            or (options.target = 'dispatched' and dispatched.municipality_code is not null)
            or (options.target = 'not_dispatched' and dispatched.municipality_code is null)
            or (options.target = 'below_collaboration' and staged.stage = 'below')
            or (
                options.target = 'named'
                and concat('、', translate(options.named_municipalities, ',，・ ', '、、、、'), '、')
                like concat('%、', municipalities.name, '、%')
            )
        )
),

priced as (
    select
        options.*,
        coalesce(
            {{ number('options.unit_price_jpy') }}, {{ ratio('measured.contract_cost_jpy', 'measured.visit_count') }}
        ) as visit_price_jpy,
        coalesce(
            {{ number('options.travel_cost_per_visit_jpy') }}, {{ ratio('measured.travel_cost_jpy', 'measured.visit_count') }}
        ) as visit_travel_jpy,
        measured.visit_count as measured_visit_count,
        rates.value as hourly_cost_jpy
    from options
    left join measured on options.fiscal_year = measured.fiscal_year
    left join rates on options.fiscal_year = rates.fiscal_year and rates.recency = 1
),

items as (
    {%- for item, set_price, price, word, unit_word in [
        ('dispatch', 'unit_price_jpy', 'visit_price_jpy', '単価', '単価'),
        ('travel', 'travel_cost_per_visit_jpy', 'visit_travel_jpy', '旅費', '旅費の単価'),
    ] %}
    select
        priced.fiscal_year,
        priced.option_id,
        '{{ item }}' as cost_item,
        targeted.municipality_code,
        {{ number('priced.month_count * priced.visits_per_month') }} as visit_count,
        cast(round(priced.month_count * priced.visits_per_month * priced.{{ price }}) as bigint) as cost_jpy,
        case
            when priced.{{ set_price }} is not null
                then concat('設定の{{ word }} ', {{ written_number('priced.' ~ set_price, '0') }}, '円')
            when priced.{{ price }} is null then '{{ unit_word }}がない(設定の単価も、今年度の実績もない)'
            else concat(
                    '今年度の実績 ', {{ written_number('priced.' ~ price, '0') }}, '円(',
                    {{ written_number('priced.measured_visit_count', '0') }}, '人回の平均)'
                )
        end as basis_ja
    from priced
    inner join targeted on priced.fiscal_year = targeted.fiscal_year and priced.option_id = targeted.option_id
    union all
    select
        fiscal_year,
        option_id,
        '{{ item }}' as cost_item,
        cast(null as string) as municipality_code,
        cast(null as decimal(18, 4)) as visit_count,
        cast(null as bigint) as cost_jpy,
        basis_ja
    from unknown
    union all
    {%- endfor %}
    select
        fiscal_year,
        option_id,
        'common' as cost_item,
        cast(null as string) as municipality_code,
        cast(null as decimal(18, 4)) as visit_count,
        common_cost_jpy as cost_jpy,
        '設定の額' as basis_ja
    from priced
    union all
    select
        fiscal_year,
        option_id,
        'staff' as cost_item,
        cast(null as string) as municipality_code,
        cast(null as decimal(18, 4)) as visit_count,
        case when staff_hours = 0 then 0 else cast(round(staff_hours * hourly_cost_jpy) as bigint) end as cost_jpy,
        case
            when staff_hours = 0 then '従事時間なし'
            when hourly_cost_jpy is null then '人件費単価がない(パラメータ staff_hourly_cost_jpy)'
            else concat(
                    {{ written_number('staff_hours', decimals_of('staff_hours')) }}, '時間×',
                    {{ written_number('hourly_cost_jpy', '0') }}, '円'
                )
        end as basis_ja
    from priced
),

final as (
    select * from items
)

select * from final
