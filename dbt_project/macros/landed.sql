{#- The only way to landed rows. They lie in Parquet segments that hold the rows of many files. -#}
{% macro landed(dataset) -%}
    {{ source('landed', dataset) }}
{%- endmacro %}
