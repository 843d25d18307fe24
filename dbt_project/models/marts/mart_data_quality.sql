with files as (
    select * from {{ source('control', 'files') }}
),

counts as (
    select
        source,
        file_id,
        dataset,
        sum(rows_in) as rows_in,
        sum(rows_landed) as rows_landed,
        sum(rows_set_aside) as rows_set_aside
    from {{ source('control', 'reconciliation') }}
    group by source, file_id, dataset
),

findings as (
    select
        source,
        file_id,
        count(*) filter (where severity = 'error') as error_count,
        count(*) filter (where severity = 'warning') as warning_count
    from {{ source('control', 'findings') }}
    group by source, file_id
),

in_force as (
    select distinct
        file_id,
        dataset
    from {{ source('control', 'in_force') }}
),

final as (
    select
        files.source,
        counts.dataset,
        files.file_id,
        files.path,
        files.received_date,
        files.status as file_status,
        in_force.file_id is not null as is_in_force,
        cast(counts.rows_in as bigint) as rows_in,
        cast(counts.rows_landed as bigint) as rows_landed,
        cast(counts.rows_set_aside as bigint) as rows_set_aside,
        cast(coalesce(findings.error_count, 0) as bigint) as error_count,
        cast(coalesce(findings.warning_count, 0) as bigint) as warning_count,
        coalesce(counts.rows_in = counts.rows_landed + counts.rows_set_aside, true) as is_reconciled
    from files
    left join counts on files.file_id = counts.file_id and files.source = counts.source
    left join findings on files.file_id = findings.file_id and files.source = findings.source
    left join in_force on counts.file_id = in_force.file_id and counts.dataset = in_force.dataset
)

select * from final
