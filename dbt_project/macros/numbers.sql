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

{#-
    The median to the fourth decimal, a half upwards. Of whole ten-thousandths: DuckDB cuts the middle of two
    decimals short, Spark does not.
-#}
{% macro middle_of(value) -%}
    cast(round(median(cast({{ value }} * 10000 as bigint))) / 10000 as decimal(18, 4))
{%- endmacro %}

{#- Values of the rows that `where` keeps, in a fixed order; null when it keeps none. -#}
{% macro ordered_list(value, order_by, where='true') -%}
    {{ return(adapter.dispatch('ordered_list')(value, order_by, where)) }}
{%- endmacro %}

{% macro default__ordered_list(value, order_by, where) -%}
    array_agg({{ value }} order by {{ order_by }}) filter (where {{ where }})
{%- endmacro %}

{#- Spark's array_agg knows no order: the values are sorted with their keys, which are then taken off. -#}
{% macro spark__ordered_list(value, order_by, where) -%}
    case when count(*) filter (where {{ where }}) > 0 then transform(
        array_sort(collect_list(struct({{ order_by }} as place, {{ value }} as value)) filter (where {{ where }})),
        entry -> entry.value
    ) end
{%- endmacro %}

{#- Texts in a fixed order, one after the other; null when there is none. -#}
{% macro ordered_text(value, order_by, separator='、') -%}
    {{ return(adapter.dispatch('ordered_text')(value, order_by, separator)) }}
{%- endmacro %}

{% macro default__ordered_text(value, order_by, separator) -%}
    string_agg({{ value }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__ordered_text(value, order_by, separator) -%}
    listagg({{ value }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}
