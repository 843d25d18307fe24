{#- How strong a class of evidence is. An inference (推定) stands beside the order: only an analysis has it. -#}
{% macro evidence_strength(evidence_class) -%}
    case {{ evidence_class }}
        when 'measured' then 4 when 'corroborated' then 3 when 'self_reported' then 2 when 'estimated' then 1 when 'any' then 0
    end
{%- endmacro %}

{#- The smallest amount, in steps of the last digit shown, that reaches a gap; with `passes`, that goes beyond it. -#}
{% macro steps_over(gap, decimals, passes) -%}
    cast(case when {{ passes }}
        then floor(({{ gap }}) * case {{ decimals }} when 0 then 1 when 1 then 10 else 100 end) + 1
        else ceil(({{ gap }}) * case {{ decimals }} when 0 then 1 when 1 then 10 else 100 end)
    end / case {{ decimals }} when 0 then 1 when 1 then 10 else 100 end as decimal(18, 4))
{%- endmacro %}

{#- How many decimals a number has that say something, two at most. -#}
{% macro decimals_of(value) -%}
    case when {{ value }} = round({{ value }}, 0) then 0 when {{ value }} = round({{ value }}, 1) then 1 else 2 end
{%- endmacro %}

{#- A number as people read it: 1,234 or 56.7; − before what is negative. Two decimals at most. -#}
{% macro written_number(value, decimals) -%}
    {{ return(adapter.dispatch('written_number')(value, decimals)) }}
{%- endmacro %}

{% macro default__written_number(value, decimals) -%}
    concat(
        case when {{ value }} < 0 then '−' else '' end,
        case {{ decimals }}
            when 0 then format('{:,.0f}', cast(abs(round({{ value }}, 0)) as double))
            when 1 then format('{:,.1f}', cast(abs(round({{ value }}, 1)) as double))
            else format('{:,.2f}', cast(abs(round({{ value }}, 2)) as double))
        end
    )
{%- endmacro %}

{% macro spark__written_number(value, decimals) -%}
    concat(
        case when {{ value }} < 0 then '−' else '' end,
        case {{ decimals }}
            when 0 then format_number(abs(round({{ value }}, 0)), 0)
            when 1 then format_number(abs(round({{ value }}, 1)), 1)
            else format_number(abs(round({{ value }}, 2)), 2)
        end
    )
{%- endmacro %}
