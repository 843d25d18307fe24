with answers as (
    select * from {{ ref('int_transfer__answers') }}
    where respondent_kind <> 'dispatched'
),

-- The four tasks of an answer stand in one row; questions about the respondent count once.
respondents as (
    select * from answers
    where task = 'planning' and is_latest_wave and wave <> 'before'
),

later as (
    select * from answers
    where is_latest_wave and wave <> 'before'
),

before_means as (
    select
        fiscal_year,
        municipality_code,
        sum(can_do) as can_do_sum,
        count(can_do) as can_do_count,
        count(distinct case when can_do is not null then response_id end) as can_do_respondents,
        sum(hours) as hours_sum,
        count(hours) as hours_count,
        count(distinct case when hours is not null then response_id end) as hours_respondents
    from answers
    where wave = 'before'
    group by fiscal_year, municipality_code
),

later_means as (
    select
        fiscal_year,
        municipality_code,
        sum(can_do) as can_do_sum,
        count(can_do) as can_do_count,
        count(distinct case when can_do is not null then response_id end) as can_do_respondents,
        sum(hours) as hours_sum,
        count(hours) as hours_count,
        count(distinct case when hours is not null then response_id end) as hours_respondents
    from later
    group by fiscal_year, municipality_code
),

-- Hours are asked by task: the change is per task and respondent, times the four tasks of a respondent.
-- The two means stand over one denominator, so that a change is rounded once.
changes as (
    select
        before_means.fiscal_year,
        before_means.municipality_code,
        {{ ratio(
            '(later_means.can_do_sum * before_means.can_do_count - before_means.can_do_sum * later_means.can_do_count)',
            '(later_means.can_do_count * before_means.can_do_count)'
        ) }} as can_do_change,
        {{ ratio(
            '(later_means.hours_sum * before_means.hours_count - before_means.hours_sum * later_means.hours_count)',
            '(later_means.hours_count * before_means.hours_count)', 4
        ) }} as hours_change,
        -- A change says as much about people as the wave with fewer of them.
        least(before_means.can_do_respondents, later_means.can_do_respondents) as can_do_respondents,
        least(before_means.hours_respondents, later_means.hours_respondents) as hours_respondents
    from before_means
    inner join later_means
        on before_means.fiscal_year = later_means.fiscal_year
        and before_means.municipality_code = later_means.municipality_code
),

compared as (
    select answers.*
    from answers
    inner join changes
        on answers.fiscal_year = changes.fiscal_year and answers.municipality_code = changes.municipality_code
    where answers.wave = 'before' or answers.is_latest_wave
),

needs as (
    select
        *,
        {{ fiscal_year('answered_date') }} as fiscal_year,
        row_number() over (
            partition by municipality_code, {{ fiscal_year('answered_date') }}
            order by answered_date desc, response_id desc
        ) as recency
    from {{ ref('stg_survey__needs') }}
    where lacks_staff is not null
),

final as (
    {{ kpi_row('K601', none, 'can_do', 'can_do_change', '1', respondents='can_do_respondents') }}
    from changes
    where can_do_change is not null
    union all
    {{ kpi_row('K601', 'compared', none, field_column="concat('can_do_', task)") }}
    from compared
    union all
    {{ kpi_row('K602', 'respondents', 'has_successor', 'case when has_successor then 1 else 0 end', '1', respondents='1') }}
    from respondents
    where has_successor is not null
    union all
    {{ kpi_row('K603', 'respondents', 'has_handover', 'case when has_handover then 1 else 0 end', '1', respondents='1') }}
    from respondents
    where has_handover is not null
    union all
    {{ kpi_row('K604', none, 'hours', 'hours_change', '1', respondents='hours_respondents') }}
    from changes
    where hours_change is not null
    union all
    {{ kpi_row('K604', 'compared', none, field_column="concat('hours_', task)") }}
    from compared
    union all
    {{ kpi_row('K605', 'respondents', 'willing_to_pay_pct', 'case when willing_to_pay_pct > 0 then 1 else 0 end', '1', respondents='1') }}
    from respondents
    where willing_to_pay_pct is not null
    union all
    {{ kpi_row('K606', 'respondents', 'willing_to_pay_pct', 'willing_to_pay_pct', '1', respondents='1') }}
    from respondents
    where willing_to_pay_pct is not null
    union all
    {{ kpi_row('K607', 'needs', 'lacks_staff', 'case when lacks_staff then 1 else 0 end', '1') }}
    from needs
    where recency = 1
)

select * from final
