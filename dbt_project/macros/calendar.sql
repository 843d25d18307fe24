{#- Starting year of the Japanese fiscal year (April to March) that holds the day. -#}
{% macro fiscal_year(day) -%}
    cast(year({{ day }}) - case when month({{ day }}) < 4 then 1 else 0 end as integer)
{%- endmacro %}

{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- Whole days from one day to another. -#}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    date_diff('day', {{ first_day }}, {{ last_day }})
{%- endmacro %}

{% macro spark__days_between(first_day, last_day) -%}
    datediff(day, {{ first_day }}, {{ last_day }})
{%- endmacro %}

{#-
    Office minutes passed by an instant, counted from the start of the calendar; the difference of two
    is the working time between them. Office hours 8:30 to 17:15 on working days: 525 minutes a day.
    Source of the hours: 和歌山県の勤務時間 as assumed in reports/ASSUMPTIONS.md.
-#}
{% macro working_minutes(instant, calendar) -%}
    cast({{ calendar }}.working_day_number * 525 + case when {{ calendar }}.is_working_day then
        least(greatest(hour({{ instant }}) * 60 + minute({{ instant }}) - 510, 0), 525)
    else 0 end as bigint)
{%- endmacro %}
