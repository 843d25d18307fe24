{#-
    What a session of Apache Spark needs besides the models. `dbt run-operation register_received --target spark`
    makes the landed and control Parquet known under the names that source() writes; DuckDB reads the files directly.
-#}
{% macro register_received() -%}
    {%- for source in graph.sources.values() %}
        {%- set location = source.config.meta.external_location | replace('{name}', source.name) -%}
        {%- set file = location.split("'")[1] if '(' in location else location -%}
        {%- do run_query('create schema if not exists ' ~ source.schema) -%}
        {%- do run_query('drop table if exists ' ~ source.schema ~ '.' ~ source.identifier) -%}
        {%- do run_query(
            'create table ' ~ source.schema ~ '.' ~ source.identifier
            ~ " using parquet options (path '" ~ file | replace('/*.parquet', '') ~ "', mergeSchema 'true')"
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- dbt-spark's session would write the word None for a missing value, and break at a quotation mark. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- set value = row[loop.index0] -%}
            {%- set type = types.get(name) or adapter.convert_type(agate_table, loop.index0) -%}
            {%- set text = 'null' if value is none
                else "'" ~ (value | string | replace('\\', '\\\\') | replace("'", "\\'")) ~ "'" -%}
            {%- do cells.append('cast(' ~ text ~ ' as ' ~ type ~ ')') -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql = 'insert into ' ~ this.render() ~ ' values ' ~ rows | join(', ') -%}
    {%- if rows -%}{%- do adapter.add_query(sql, abridge_sql_log=True) -%}{%- endif -%}
    {{ return(sql) }}
{%- endmacro %}

{#- The contracts name DuckDB's types (varchar[] …), which Spark spells otherwise: `make spark` compares every column's. -#}
{% macro spark__get_assert_columns_equivalent(sql) -%}{%- endmacro %}
