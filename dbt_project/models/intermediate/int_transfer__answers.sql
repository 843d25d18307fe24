-- Answers about what stays when the dispatch ends, one row per respondent and task.
-- The later waves speak about the year of the dispatch: six months after it, and the end answered late, after 31 March.
with answers as (
    select
        *,
        {{ fiscal_year('answered_date') }} - case
            when wave = 'six_months_after' then 1
            when wave = 'end' and month(answered_date) between 4 and 7 then 1
            else 0
        end as fiscal_year,
        case wave when 'before' then 1 when 'end' then 2 else 3 end as wave_order
    from {{ ref('stg_survey__transfer_answers') }}
),

tasks as (
    {% for task in ['planning', 'procurement', 'operation', 'data'] -%}
    select
        response_id,
        fiscal_year,
        municipality_code,
        respondent_kind,
        wave,
        wave_order,
        answered_date,
        '{{ task }}' as task,
        can_do_{{ task }} as can_do,
        hours_{{ task }} as hours,
        has_successor,
        has_handover,
        willing_to_pay_pct,
        file_id,
        sheet,
        row
    from answers
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

latest as (
    select
        fiscal_year,
        max(wave_order) as wave_order
    from answers
    group by fiscal_year
),

final as (
    select
        tasks.*,
        tasks.wave_order = latest.wave_order as is_latest_wave
    from tasks
    inner join latest on tasks.fiscal_year = latest.fiscal_year
)

select * from final
