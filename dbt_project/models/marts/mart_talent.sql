with recruitments as (
    select * from {{ ref('stg_register__recruitments') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        cast(recruitments.fiscal_year as integer) as fiscal_year,
        recruitments.municipality_code,
        municipalities.name as municipality_name,
        cast(count(*) as bigint) as posting_count,
        cast(count(*) filter (where recruitments.decided_date <= run.as_of) as bigint) as secured_count,
        cast(sum(recruitments.applicant_count) as bigint) as applicant_count,
        cast(sum(recruitments.interview_count) as bigint) as interview_count,
        cast(sum(recruitments.joint_interview_count) as bigint) as joint_interview_count,
        cast(
            sum({{ days_between('recruitments.posted_date', 'recruitments.start_date') }})
            filter (where recruitments.start_date <= run.as_of) as bigint
        ) as days_to_start_total,
        cast(count(*) filter (where recruitments.start_date <= run.as_of) as bigint) as started_count,
        cast(count(*) filter (where recruitments.end_kind = 'early_end') as bigint) as early_end_count,
        cast(count(*) filter (where recruitments.end_kind = 'replaced') as bigint) as replacement_count,
        cast(count(distinct recruitments.supplier_corporate_number) as bigint) as supplier_count,
        cast(max(recruitments.pool_count) as bigint) as pool_count,
        cast(count(*) filter (where recruitments.is_side_job) as bigint) as side_job_count
    from recruitments
    cross join run
    inner join municipalities on recruitments.municipality_code = municipalities.municipality_code
    group by recruitments.fiscal_year, recruitments.municipality_code, municipalities.name
)

select * from final
