{#-
    Labels reach analysts as DuckDB comments: 「ラベル: 説明」. dbt itself writes descriptions only.
-#}
{% macro comment_with_labels() -%}
    {%- if execute and model.columns -%}
        {%- set statements = [] -%}
        {%- for column in model.columns.values() -%}
            {%- set label = (column.meta or column.config.meta or {}).get('label_ja') -%}
            {%- if label -%}
                {%- set text = (label ~ ': ' ~ column.description) | replace("'", "''") -%}
                {%- do statements.append('comment on column ' ~ this ~ '."' ~ column.name ~ "\" is '" ~ text ~ "'") -%}
            {%- endif -%}
        {%- endfor -%}
        {{ statements | join(';\n') }}
    {%- endif -%}
{%- endmacro %}
