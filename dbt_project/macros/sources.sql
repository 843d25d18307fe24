{#-
    Unit tests ask dbt which columns an input has. Sources are Parquet files, not tables of the
    warehouse, so for them the files are described; everything else as the adapter does it.
-#}
{% macro duckdb__get_columns_in_relation(relation) -%}
    {%- for source in graph.sources.values()
        if source.schema == relation.schema and source.identifier == relation.identifier -%}
        {%- set location = source.config.meta.external_location | replace('{name}', source.name) -%}
        {%- set file = location if '(' in location else "'" ~ location ~ "'" -%}
        {%- set described = run_query('describe select * from ' ~ file) -%}
        {%- set columns = [] -%}
        {%- for column in described.rows -%}
            {%- do columns.append(api.Column(column['column_name'], column['column_type'])) -%}
        {%- endfor -%}
        {{ return(columns) }}
    {%- endfor -%}
    {{ return(dbt.duckdb__get_columns_in_relation(relation)) }}
{%- endmacro %}
