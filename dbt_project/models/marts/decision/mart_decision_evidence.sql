-- The policy cells behind each verdict and each cost. Defaults have no file; the figures they meet have evidence of their own.
with criteria as (
    select * from {{ ref('int_decision__criteria') }}
),

options as (
    select * from {{ ref('int_decision__options') }}
),

scenarios as (
    select * from {{ ref('int_decision__scenarios') }}
),

parameters as (
    select * from {{ ref('stg_policy__parameters') }}
    where name = 'staff_hourly_cost_jpy'
),

years as (
    select distinct fiscal_year from options
    where staff_hours > 0
),

numbers as (
    select 1 as place_no
    union all
    select 2 as place_no
    union all
    select 3 as place_no
    union all
    select 4 as place_no
    union all
    select 5 as place_no
    union all
    select 6 as place_no
    union all
    select 7 as place_no
),

subjects as (
    select
        fiscal_year,
        'criterion' as subject_kind,
        criterion_id as subject_id,
        file_id,
        sheet,
        policy_row,
        case
            when kpi_id is null then 'analysis,required_evidence_class'
            else 'kpi_id,comparator,threshold,required_evidence_class,judged_at'
        end as field_names
    from criteria
    union all
    select
        fiscal_year,
        'option' as subject_kind,
        option_id as subject_id,
        file_id,
        sheet,
        policy_row,
        concat(
            'target,month_count,visits_per_month,common_cost_jpy,staff_hours',
            case when unit_price_jpy is not null then ',unit_price_jpy' else '' end,
            case when travel_cost_per_visit_jpy is not null then ',travel_cost_per_visit_jpy' else '' end
        ) as field_names
    from options
    union all
    select
        fiscal_year,
        'scenario' as subject_kind,
        scenario_id as subject_id,
        file_id,
        sheet,
        policy_row,
        concat(
            'cost_item,prefecture_share_pct,municipality_share_pct',
            case when municipality_cap_jpy is not null then ',municipality_cap_jpy' else '' end,
            case when tax_allocation_rate_pct is not null then ',tax_allocation_rate_pct' else '' end,
            case when tax_allocation_cap_jpy is not null then ',tax_allocation_cap_jpy' else '' end
        ) as field_names
    from scenarios
    union all
    select
        years.fiscal_year,
        'parameter' as subject_kind,
        parameters.name as subject_id,
        parameters.file_id,
        parameters.sheet,
        parameters.row as policy_row,
        'value' as field_names
    from parameters
    cross join years
    where parameters.valid_from < make_date(years.fiscal_year + 2, 4, 1)
),

final as (
    select
        subjects.fiscal_year,
        subjects.subject_kind,
        subjects.subject_id,
        subjects.file_id,
        subjects.sheet,
        subjects.policy_row as row,
        split_part(subjects.field_names, ',', numbers.place_no) as field
    from subjects
    inner join numbers on split_part(subjects.field_names, ',', numbers.place_no) <> ''
    where subjects.file_id is not null
)

select * from final
