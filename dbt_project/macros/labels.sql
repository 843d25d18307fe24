{#-
    What persist_docs writes as a column's comment: 「ラベル: 説明」, so that the label reaches analysts too.
    A hook would come too early: dbt writes the descriptions after it.
-#}
{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- for column in column_dict.values() %}
        {%- set label = (column.meta or column.config.meta or {}).get('label_ja') -%}
        {%- set comment = label ~ ': ' ~ column.description if label else column.description %}
    comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ duckdb_escape_comment(comment) }};
    {%- endfor %}
{%- endmacro %}
