-- The steps that a posting has reached by the as-of date, each with the days since the step before it.
with postings as (
    select * from {{ ref('stg_register__recruitments') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

steps as (
    {% for step in ['requirements', 'posted', 'decided', 'start', 'end'] -%}
    select
        postings.fiscal_year,
        postings.posting_id,
        postings.municipality_code,
        postings.theme,
        '{{ step }}' as step,
        {{ loop.index }} as step_order,
        postings.{{ step }}_date as reached_date,
        {{ "postings.end_kind" if step == 'end' else "cast(null as string)" }} as end_kind,
        postings.file_id,
        postings.sheet,
        postings.row
    from postings
    cross join run
    where postings.{{ step }}_date <= run.as_of
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

ordered as (
    select
        *,
        lag(reached_date) over (partition by fiscal_year, posting_id order by step_order asc) as previous_date
    from steps
),

final as (
    select
        cast(fiscal_year as integer) as fiscal_year,
        posting_id,
        municipality_code,
        theme,
        step,
        cast(step_order as integer) as step_order,
        reached_date,
        cast({{ days_between('previous_date', 'reached_date') }} as integer) as days_since_previous_step,
        end_kind,
        file_id,
        sheet,
        row
    from ordered
)

select * from final
