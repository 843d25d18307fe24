{#- A firm's key: its 法人番号, else its name as typed. A consortium has no number of its own. -#}
{% macro vendor_key(relation, prefix='vendor') -%}
    coalesce({{ relation }}.{{ prefix }}_corporate_number, {{ relation }}.{{ prefix }}_name)
{%- endmacro %}
