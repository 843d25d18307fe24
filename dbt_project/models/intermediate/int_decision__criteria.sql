-- The criteria in force in each year: what was received as policy, or the defaults when none ever was.
with received as (
    select
        criterion_id,
        valid_from,
        question,
        statement,
        kpi_id,
        analysis,
        comparator,
        threshold,
        required_evidence_class,
        judged_at,
        approver,
        source,
        false as is_default,
        file_id,
        sheet,
        row as policy_row
    from {{ ref('stg_policy__decision_criteria') }}
),

chosen as (
    select * from received
    union all
    select
        initial.*,
        true as is_default,
        cast(null as string) as file_id,
        cast(null as string) as sheet,
        cast(null as bigint) as policy_row
    from {{ ref('default_decision_criteria') }} as initial
    where not exists (select 1 from received)
),

years as (
    select distinct fiscal_year from {{ ref('mart_kpi') }}
),

ranked as (
    select
        years.fiscal_year,
        chosen.*,
        row_number() over (
            partition by years.fiscal_year, chosen.criterion_id order by chosen.valid_from desc
        ) as recency
    from chosen
    cross join years
    where chosen.valid_from < make_date(years.fiscal_year + 1, 4, 1)
),

final as (
    select
        fiscal_year,
        criterion_id,
        valid_from,
        question,
        statement,
        kpi_id,
        analysis,
        comparator,
        {{ number('threshold') }} as threshold,
        required_evidence_class,
        judged_at,
        approver,
        source,
        is_default,
        file_id,
        sheet,
        policy_row
    from ranked
    where recency = 1
)

select * from final
