{#-
    One row behind a KPI: what it adds to the numerator and to the denominator, and the cell it comes
    from. A figure and its evidence are the same rows, so they cannot drift apart.
    `at` names the relation that carries file_id, sheet and row; null when the row only adds a number
    whose cells are listed by other rows. `field` names the row's cells that the figure reads, up to three,
    with commas between them; `field_column` a column or expression that does. `respondents` is the number of people
    whose answers the row stands for, where a KPI rests on answers of people: documents suppress what rests on few.
-#}
{% macro kpi_row(kpi_id, at, field, numerator='null', denominator='null', role='numerator',
                 fiscal_year='fiscal_year', municipality_code='municipality_code', field_column=none, respondents='null') -%}
    select
        '{{ kpi_id }}' as kpi_id,
        cast({{ fiscal_year }} as integer) as fiscal_year,
        cast({{ municipality_code }} as string) as municipality_code,
        {{ number(numerator) }} as numerator,
        {{ number(denominator) }} as denominator,
        cast({{ respondents }} as bigint) as respondent_count,
        '{{ role }}' as evidence_role,
        {%- if at %}
        {{ at }}.file_id,
        {{ at }}.sheet,
        {{ at }}.row,
        {%- else %}
        cast(null as string) as file_id,
        cast(null as string) as sheet,
        cast(null as bigint) as row,
        {%- endif %}
        {{ field_column if field_column else "'" ~ field ~ "'" }} as field
{%- endmacro %}
