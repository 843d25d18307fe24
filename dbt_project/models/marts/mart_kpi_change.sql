-- Every value that differs from the release that readers saw before the night, and from the edition issued last,
-- and the files behind it.
with figures as (
    select * from {{ ref('mart_kpi') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

previous as (
    select * from {{ source('control', 'previous_kpi') }}
),

bases as (
    select
        compared_with,
        max(release_id) as release_id,
        max(edition) as edition,
        max(as_of) as as_of,
        bool_and(is_same_program) as is_same_program
    from previous
    group by compared_with
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
        bases.compared_with,
        evidence.kpi_id,
        evidence.fiscal_year,
        coalesce(evidence.municipality_code, '') as municipality_code,
        evidence.file_id,
        files.received_path
    from {{ ref('mart_kpi_evidence') }} as evidence
    inner join files on evidence.file_id = files.file_id
    cross join bases
),

previous_files as (
    select
        compared_with,
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
        coalesce(present_files.compared_with, previous_files.compared_with) as compared_with,
        coalesce(present_files.kpi_id, previous_files.kpi_id) as kpi_id,
        coalesce(present_files.fiscal_year, previous_files.fiscal_year) as fiscal_year,
        coalesce(present_files.municipality_code, previous_files.municipality_code) as municipality_code,
        case when previous_files.file_id is null then present_files.received_path end as path_in,
        case when present_files.file_id is null then previous_files.path end as path_out,
        coalesce(present_files.file_id, previous_files.file_id) as file_id
    from present_files
    full outer join previous_files
        on present_files.compared_with = previous_files.compared_with
        and present_files.kpi_id = previous_files.kpi_id
        and present_files.fiscal_year = previous_files.fiscal_year
        and present_files.municipality_code = previous_files.municipality_code
        and present_files.file_id = previous_files.file_id
    where present_files.file_id is null or previous_files.file_id is null
),

responsible as (
    select
        compared_with,
        kpi_id,
        fiscal_year,
        municipality_code,
        count(*) as file_count,
        {{ ordered_list('file_id', 'file_id') }} as file_ids,
        {{ ordered_text('path_in', 'path_in asc nulls last') }} as files_in,
        {{ ordered_text('path_out', 'path_out asc nulls last') }} as files_out
    from moved
    group by compared_with, kpi_id, fiscal_year, municipality_code
),

compared as (
    select
        bases.compared_with,
        figures.kpi_id,
        figures.fiscal_year,
        figures.municipality_code,
        figures.value,
        figures.status
    from figures
    cross join bases
),

changed as (
    select
        coalesce(compared.compared_with, previous.compared_with) as compared_with,
        coalesce(compared.kpi_id, previous.kpi_id) as kpi_id,
        coalesce(compared.fiscal_year, previous.fiscal_year) as fiscal_year,
        coalesce(compared.municipality_code, previous.municipality_code) as municipality_code,
        previous.value as before_value,
        compared.value as after_value,
        previous.status as before_status,
        compared.status as after_status
    from compared
    full outer join previous
        on compared.compared_with = previous.compared_with
        and compared.kpi_id = previous.kpi_id
        and compared.fiscal_year = previous.fiscal_year
        and coalesce(compared.municipality_code, '') = coalesce(previous.municipality_code, '')
    where coalesce(compared.value <> previous.value, compared.value is not null or previous.value is not null)
),

final as (
    select
        changed.compared_with,
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
            when not bases.is_same_program then 'プログラム'
            else '基準日'
        end as cause,
        cast(coalesce(responsible.file_count, 0) as bigint) as file_count,
        responsible.files_in,
        responsible.files_out,
        responsible.file_ids,
        bases.release_id as before_release_id,
        bases.edition as before_edition,
        bases.as_of as before_as_of
    from changed
    inner join bases on changed.compared_with = bases.compared_with
    left join definitions on changed.kpi_id = definitions.kpi_id
    left join responsible
        on changed.compared_with = responsible.compared_with
        and changed.kpi_id = responsible.kpi_id
        and changed.fiscal_year = responsible.fiscal_year
        and coalesce(changed.municipality_code, '') = responsible.municipality_code
)

select * from final
