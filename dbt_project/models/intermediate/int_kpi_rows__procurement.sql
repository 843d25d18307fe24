with listed_cases as (
    select
        cases.*,
        coalesce(cases.contract_date <= run.as_of, false) as is_contracted,
        cast(null as string) as municipality_code
    from {{ ref('stg_procurement__joint_cases') }} as cases
    cross join {{ source('control', 'run') }} as run
),

cases as (
    select * from listed_cases
    where is_contracted
),

shares as (
    select * from {{ ref('int_procurement__shares') }}
),

-- The case says that and when there was a contract.
shared_cases as (
    select distinct
        shares.fiscal_year,
        shares.municipality_code,
        shares.evidence_class,
        cases.file_id,
        cases.sheet,
        cases.row
    from shares
    inner join cases on shares.fiscal_year = cases.fiscal_year and shares.case_id = cases.case_id
    where shares.saving_jpy is not null
),

joint_use as (
    select
        joint_use.*,
        municipalities.population,
        joint_use.start_date <= run.as_of as has_started,
        row_number() over (
            partition by joint_use.fiscal_year, joint_use.system_id, joint_use.start_date <= run.as_of
            order by joint_use.municipality_code
        ) as order_of_system
    from {{ ref('stg_procurement__joint_use') }} as joint_use
    cross join {{ source('control', 'run') }} as run
    inner join {{ source('control', 'municipalities') }} as municipalities
        on joint_use.municipality_code = municipalities.municipality_code
),

final as (
    {{ kpi_row('K306', 'listed_cases', 'contract_date', 'case when is_contracted then 1 else 0 end') }}
    from listed_cases
    union all
    {{ kpi_row('K307', 'shares', 'municipality_code', '1') }}
    from shares
    union all
    {{ kpi_row('K307', 'cases', 'contract_date', '0', '1', role='denominator') }}
    from cases
    {% for kpi_id, rate_id, evidence_class in [
        ('K308', 'K314', 'measured'), ('K309', 'K315', 'self_reported'), ('K310', 'K316', 'estimated')
    ] -%}
    union all
    {{ kpi_row(kpi_id, 'shares', 'standalone_cost_jpy,share_amount_jpy,evidence_class', 'saving_jpy') }}
    from shares
    where evidence_class = '{{ evidence_class }}' and saving_jpy is not null
    union all
    {{ kpi_row(rate_id, 'shares', 'standalone_cost_jpy,share_amount_jpy,evidence_class', 'saving_jpy', 'standalone_cost_jpy') }}
    from shares
    where evidence_class = '{{ evidence_class }}' and saving_jpy is not null
    {% for id in [kpi_id, rate_id] -%}
    union all
    {{ kpi_row(id, 'shared_cases', 'contract_date', role='criterion') }}
    from shared_cases
    where evidence_class = '{{ evidence_class }}'
    {% endfor %}
    {% endfor -%}
    union all
    {{ kpi_row('K311', 'joint_use', 'system_id,start_date', 'case when has_started and order_of_system = 1 then 1 else 0 end') }}
    from joint_use
    union all
    {{ kpi_row('K312', 'joint_use', 'cost_after_jpy', 'cost_after_jpy', 'population') }}
    from joint_use
    where has_started and cost_after_jpy is not null
)

select * from final
