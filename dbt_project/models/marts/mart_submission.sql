-- Who should have sent what by when, and what came.
with deadlines as (
    select * from {{ ref('stg_policy__submission_deadlines') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

municipalities as (
    select
        municipality_code,
        name
    from {{ source('control', 'municipalities') }}
),

programme as (
    select
        case
            when count(distinct prefecture_name) = 1 then min(prefecture_name)
            else '全国'
        end as area
    from {{ source('control', 'municipalities') }}
),

dispatched as (
    select
        fiscal_year,
        municipality_code,
        min(month) as first_month,
        max(month) as last_month
    from {{ ref('int_dispatch__plan_months') }}
    group by fiscal_year, municipality_code
),

expected as (
    select
        deadlines.dataset,
        deadlines.fiscal_year,
        deadlines.period,
        deadlines.due_date,
        municipalities.municipality_code,
        municipalities.name as municipality_name
    from deadlines
    cross join municipalities
    where deadlines.scope = 'all_municipalities'
    union all
    select
        deadlines.dataset,
        deadlines.fiscal_year,
        deadlines.period,
        deadlines.due_date,
        dispatched.municipality_code,
        municipalities.name as municipality_name
    from deadlines
    inner join dispatched
        on deadlines.fiscal_year = dispatched.fiscal_year
        and deadlines.period between substr(cast(dispatched.first_month as string), 1, 7)
        and substr(cast(dispatched.last_month as string), 1, 7)
    inner join municipalities on dispatched.municipality_code = municipalities.municipality_code
    where deadlines.scope = 'dispatched'
    union all
    select
        deadlines.dataset,
        deadlines.fiscal_year,
        deadlines.period,
        deadlines.due_date,
        cast(null as string) as municipality_code,
        programme.area as municipality_name
    from deadlines
    cross join programme
    where deadlines.scope = 'prefecture'
),

waves as (
    select
        code,
        label
    from {{ source('control', 'code_labels') }}
    where codebook = 'assessment_waves'
),

submissions as (
    select * from {{ source('control', 'submissions') }}
),

of_prefecture as (
    select distinct dataset from deadlines
    where scope = 'prefecture'
),

-- Submission keys name the municipality and the period; exports name them in their rows. Of the sendings
-- of a submission at most one counts; where none does, all of them were withdrawn.
received as (
    select
        submissions.dataset,
        split_part(submissions.submission_key, '/', 1) as municipality_code,
        substr(split_part(submissions.submission_key, '/', 2), 1, 7) as period,
        submissions.file_id,
        submissions.received_date,
        submissions.first_received_date,
        submissions.revision,
        submissions.is_in_force,
        submissions.is_latest and submissions.is_held as is_held
    from submissions
    where submissions.dataset = 'visit_log__visits'
        and split_part(submissions.submission_key, '/', 3) = 'dispatch'
    union all
    select
        submissions.dataset,
        split_part(submissions.submission_key, '/', 1) as municipality_code,
        waves.label as period,
        submissions.file_id,
        submissions.received_date,
        submissions.first_received_date,
        submissions.revision,
        submissions.is_in_force,
        submissions.is_latest and submissions.is_held as is_held
    from submissions
    inner join waves on split_part(submissions.submission_key, '/', 2) = waves.code
    where submissions.dataset = 'assessment__answers'
    union all
    select
        'survey__needs' as dataset,
        municipality_code,
        concat('R', cast({{ fiscal_year('answered_date') }} - 2018 as string)) as period,
        file_id,
        received_date,
        received_date as first_received_date,
        1 as revision,
        true as is_in_force,
        false as is_held
    from {{ ref('stg_survey__needs') }}
    union all
    select
        submissions.dataset,
        cast(null as string) as municipality_code,
        concat('R', cast(cast(submissions.submission_key as integer) - 2018 as string)) as period,
        submissions.file_id,
        submissions.received_date,
        submissions.first_received_date,
        submissions.revision,
        submissions.is_in_force,
        submissions.is_latest and submissions.is_held as is_held
    from submissions
    inner join of_prefecture on submissions.dataset = of_prefecture.dataset
),

newest as (
    select
        *,
        row_number() over (
            partition by dataset, municipality_code, period
            order by is_in_force desc, received_date desc, revision desc, file_id asc
        ) as recency,
        min(first_received_date) over (partition by dataset, municipality_code, period) as first_date,
        max(case when is_held then 1 else 0 end) over (partition by dataset, municipality_code, period) as held_count
    from received
),

counts as (
    select
        file_id,
        dataset,
        sum(rows_in) as rows_in,
        sum(rows_landed) as rows_landed,
        sum(rows_set_aside) as rows_set_aside
    from {{ source('control', 'reconciliation') }}
    group by file_id, dataset
),

labels as (
    select * from {{ source('control', 'datasets') }}
),

final as (
    select
        expected.dataset,
        labels.label as dataset_label,
        labels.source,
        cast(expected.fiscal_year as integer) as fiscal_year,
        expected.municipality_code,
        expected.municipality_name,
        expected.period,
        expected.due_date,
        case
            when newest.file_id is null and expected.due_date >= run.as_of then '期限前'
            when newest.file_id is null then '未提出'
            when not newest.is_in_force then '取下げ'
            when newest.held_count > 0 then '全行保留'
            when newest.revision > 1 then '訂正受領'
            when newest.first_date > expected.due_date then '遅延受領'
            else '受領'
        end as state,
        newest.file_id,
        newest.received_date,
        cast(newest.revision as integer) as revision,
        cast(counts.rows_in as bigint) as rows_in,
        cast(counts.rows_landed as bigint) as rows_landed,
        cast(counts.rows_set_aside as bigint) as rows_set_aside
    from expected
    cross join run
    inner join labels on expected.dataset = labels.dataset
    left join newest
        on expected.dataset = newest.dataset and expected.period = newest.period
        and coalesce(expected.municipality_code, '') = coalesce(newest.municipality_code, '')
        and newest.recency = 1
    left join counts on newest.file_id = counts.file_id and newest.dataset = counts.dataset
)

select * from final
