{#- The one place where figures are divided and rounded: four decimals, null when there is nothing to divide by. -#}
{% macro ratio(numerator, denominator, scale=1) -%}
    cast(case when {{ denominator }} <> 0 then
        round({{ scale }} * cast({{ numerator }} as double) / cast({{ denominator }} as double), 4)
    end as decimal(18, 4))
{%- endmacro %}

{#- Any number as it is stored in the KPI tables. -#}
{% macro number(value) -%}
    cast({{ value }} as decimal(18, 4))
{%- endmacro %}

{#- Texts or codes in a fixed order. -#}
{% macro ordered_list(value, order_by) -%}
    {{ return(adapter.dispatch('ordered_list')(value, order_by)) }}
{%- endmacro %}

{% macro default__ordered_list(value, order_by) -%}
    array_agg({{ value }} order by {{ order_by }})
{%- endmacro %}

{% macro ordered_text(value, order_by, separator='、') -%}
    {{ return(adapter.dispatch('ordered_text')(value, order_by, separator)) }}
{%- endmacro %}

{% macro default__ordered_text(value, order_by, separator) -%}
    string_agg({{ value }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}
