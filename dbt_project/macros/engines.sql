{#-
    A table whose rows another engine has computed (KYOSO_ENGINE=spark): the model's own SQL gives names and types, the
    contract its constraints, and the rows are read from that engine's Parquet. In a fixed order, since a cluster has none.
-#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- set computed = env_var('KYOSO_COMPUTED', '') -%}
    {%- set file = computed ~ '/' ~ this.schema ~ '.db/' ~ this.identifier ~ '/*.parquet' -%}
    {%- set rows -%}
        select * from read_parquet('{{ file | replace("'", "''") }}') order by all
    {%- endset -%}
    {%- if not computed -%}
        {{ dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) }}
    {%- elif language == 'python' -%}
        {{ py_write_table(temporary, relation, compiled_code ~ rows_of_python_model(rows)) }}
    {%- else -%}
        {{ dbt.duckdb__create_table_as(temporary, relation, 'select * from (' ~ compiled_code ~ ') as model limit 0', language) }}
        insert into {{ relation }} by name {{ rows }};
    {%- endif -%}
{%- endmacro %}

{#- Takes the place of the model's function: it was called where its inputs were computed. -#}
{% macro rows_of_python_model(rows) %}


def model(dbt, session):
    return session.sql({{ rows | tojson }}).to_arrow_table()
{% endmacro %}
