-- The stage under the scheme in force on the last day of each fiscal year, and in the current year on the as-of date;
-- years before the first scheme use the first.
with history as (
    select
        history.*,
        history.scheme_valid_from < make_date(history.fiscal_year + 1, 4, 1)
        and history.scheme_valid_from <= run.as_of as is_valid
    from {{ ref('mart_stage_history') }} as history
    cross join {{ source('control', 'run') }} as run
),

in_force as (
    select
        *,
        row_number() over (
            partition by fiscal_year, municipality_code
            order by
                is_valid desc nulls last,
                case when is_valid then scheme_valid_from end desc nulls last,
                scheme_valid_from asc,
                scheme_version desc
        ) as recency
    from history
),

final as (
    select
        fiscal_year,
        municipality_code,
        municipality_name,
        scheme_version,
        wave,
        assessor_kind,
        stage,
        claimed_stage,
        published_stage,
        published_fiscal_year,
        is_to_confirm,
        missing_criteria,
        missing_criteria_text,
        next_stage,
        judge_score,
        use_support_score,
        solve_score,
        lead_score,
        judge_event_count,
        use_support_event_count,
        solve_event_count,
        lead_event_count,
        has_judge,
        has_use_support,
        has_solve,
        has_lead,
        is_comparable,
        no_stage_reason,
        incomparable_reason
    from in_force
    where recency = 1
)

select * from final
