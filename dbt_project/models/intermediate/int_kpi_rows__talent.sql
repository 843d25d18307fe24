with run as (
    select * from {{ source('control', 'run') }}
),

recruitments as (
    select
        recruitments.*,
        recruitments.decided_date is not null and recruitments.decided_date <= run.as_of as is_secured,
        recruitments.start_date is not null and recruitments.start_date <= run.as_of as is_started,
        row_number() over (
            partition by recruitments.fiscal_year, recruitments.supplier_corporate_number order by recruitments.posting_id
        ) as order_of_supplier
    from {{ ref('stg_register__recruitments') }} as recruitments
    cross join run
),

{% set first_of_supplier = 'case when supplier_corporate_number is not null and order_of_supplier = 1 then 1 else 0 end' -%}
final as (
    {{ kpi_row('K401', 'recruitments', 'decided_date', 'case when is_secured then 1 else 0 end', '1') }}
    from recruitments
    union all
    {{ kpi_row('K402', 'recruitments', 'applicant_count', 'applicant_count', '1') }}
    from recruitments
    where applicant_count is not null
    union all
    {{ kpi_row('K403', 'recruitments', 'posted_date,start_date', days_between('posted_date', 'start_date'), '1') }}
    from recruitments
    where is_started
    union all
    {{ kpi_row('K404', 'recruitments', 'joint_interview_count,interview_count', 'coalesce(joint_interview_count, 0)', 'interview_count') }}
    from recruitments
    where interview_count is not null
    union all
    {{ kpi_row('K405', 'recruitments', 'end_kind', "case when end_kind in ('early_end', 'replaced') then 1 else 0 end") }}
    from recruitments
    union all
    {{ kpi_row('K406', 'recruitments', 'pool_count', 'pool_count', '1') }}
    from recruitments
    where pool_count is not null
    union all
    {{ kpi_row('K407', 'recruitments', 'supplier_corporate_number', first_of_supplier) }}
    from recruitments
)

select * from final
