-- What the night changed: every value that differs from the release that readers saw before, and the files behind it.
with figures as (
    select * from {{ ref('mart_kpi') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

previous as (
    select * from {{ source('control', 'previous_kpi') }}
),

compared_with as (
    select
        max(release_id) as release_id,
        max(as_of) as as_of,
        bool_and(is_same_program) as is_same_program
    from previous
),

files as (
    select
        file_id,
        min(path) as received_path
    from {{ source('control', 'files') }}
    group by file_id
),

present_files as (
    select distinct
        evidence.kpi_id,
        evidence.fiscal_year,
        coalesce(evidence.municipality_code, '') as municipality_code,
        evidence.file_id,
        files.received_path
    from {{ ref('mart_kpi_evidence') }} as evidence
    inner join files on evidence.file_id = files.file_id
),

previous_files as (
    select
        kpi_id,
        fiscal_year,
        coalesce(municipality_code, '') as municipality_code,
        file_id,
        path
    from {{ source('control', 'previous_kpi_files') }}
),

-- A corrected file is another file: it comes in where the one it corrects goes out.
moved as (
    select
        coalesce(present_files.kpi_id, previous_files.kpi_id) as kpi_id,
        coalesce(present_files.fiscal_year, previous_files.fiscal_year) as fiscal_year,
        coalesce(present_files.municipality_code, previous_files.municipality_code) as municipality_code,
        case when previous_files.file_id is null then present_files.received_path end as path_in,
        case when present_files.file_id is null then previous_files.path end as path_out,
        coalesce(present_files.file_id, previous_files.file_id) as file_id
    from present_files
    full outer join previous_files
        on present_files.kpi_id = previous_files.kpi_id
        and present_files.fiscal_year = previous_files.fiscal_year
        and present_files.municipality_code = previous_files.municipality_code
        and present_files.file_id = previous_files.file_id
    where present_files.file_id is null or previous_files.file_id is null
),

responsible as (
    select
        kpi_id,
        fiscal_year,
        municipality_code,
        count(*) as file_count,
        {{ ordered_list('file_id', 'file_id') }} as file_ids,
        {{ ordered_text('path_in', 'path_in asc nulls last') }} as files_in,
        {{ ordered_text('path_out', 'path_out asc nulls last') }} as files_out
    from moved
    group by kpi_id, fiscal_year, municipality_code
),

changed as (
    select
        coalesce(figures.kpi_id, previous.kpi_id) as kpi_id,
        coalesce(figures.fiscal_year, previous.fiscal_year) as fiscal_year,
        coalesce(figures.municipality_code, previous.municipality_code) as municipality_code,
        previous.value as before_value,
        figures.value as after_value,
        previous.status as before_status,
        figures.status as after_status
    from figures
    full outer join previous
        on figures.kpi_id = previous.kpi_id
        and figures.fiscal_year = previous.fiscal_year
        and coalesce(figures.municipality_code, '') = coalesce(previous.municipality_code, '')
    where coalesce(figures.value <> previous.value, figures.value is not null or previous.value is not null)
),

final as (
    select
        changed.kpi_id,
        cast(changed.fiscal_year as integer) as fiscal_year,
        changed.municipality_code,
        definitions.name_ja,
        definitions.unit,
        {{ number('changed.before_value') }} as before_value,
        {{ number('changed.after_value') }} as after_value,
        {{ number('changed.after_value - changed.before_value') }} as change,
        changed.before_status,
        changed.after_status,
        case
            when responsible.file_count > 0 then 'ファイル'
            when not compared_with.is_same_program then 'プログラム'
            else '基準日'
        end as cause,
        cast(coalesce(responsible.file_count, 0) as bigint) as file_count,
        responsible.files_in,
        responsible.files_out,
        responsible.file_ids,
        compared_with.release_id as before_release_id,
        compared_with.as_of as before_as_of
    from changed
    cross join compared_with
    left join definitions on changed.kpi_id = definitions.kpi_id
    left join responsible
        on changed.kpi_id = responsible.kpi_id
        and changed.fiscal_year = responsible.fiscal_year
        and coalesce(changed.municipality_code, '') = responsible.municipality_code
    where compared_with.release_id is not null
)

select * from final
