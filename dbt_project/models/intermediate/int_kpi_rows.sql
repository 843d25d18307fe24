-- Every row behind every KPI.
{% set groups = ['stage', 'dispatch', 'talent', 'wg', 'procurement', 'community', 'transfer', 'residents', 'combination', 'cost'] -%}
with unioned as (
    {% for group in groups -%}
    select * from {{ ref('int_kpi_rows__' ~ group) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        unioned.kpi_id,
        unioned.fiscal_year,
        unioned.municipality_code,
        unioned.numerator,
        unioned.denominator,
        unioned.respondent_count,
        unioned.evidence_role,
        unioned.file_id,
        unioned.sheet,
        unioned.row,
        unioned.field
    from unioned
    cross join run
    where unioned.fiscal_year <= run.fiscal_year
)

select * from final
