-- The analyses that the plan in force registers, and whether it was there before the answers were.
with plans as (
    select * from {{ ref('stg_policy__analysis_plans') }}
),

submissions as (
    select * from {{ source('control', 'submissions') }}
),

landed_answers as (
    select distinct
        wave,
        _file_id as file_id,
        _submission_key as submission_key
    from {{ landed('assessment__answers') }}
),

waves as (
    select * from {{ ref('assessment_waves') }}
),

-- Every sending counts, also one that was corrected or withdrawn later: whoever had seen it knew the outcome.
outcomes as (
    select
        landed_answers.wave,
        min(submissions.first_received_date) as first_received_date
    from landed_answers
    inner join submissions
        on landed_answers.file_id = submissions.file_id
        and landed_answers.submission_key = submissions.submission_key
        and submissions.dataset = 'assessment__answers'
    group by landed_answers.wave
),

-- Holds only days that tell a late plan from an early one; of a plan that is not in it, nothing is known to be late.
sightings as (
    select * from {{ source('control', 'sightings') }}
),

outcome_sights as (
    select
        landed_answers.wave,
        min(sightings.seen_date) as seen_date
    from landed_answers
    inner join sightings on landed_answers.file_id = sightings.file_id and sightings.source = 'assessment'
    group by landed_answers.wave
),

late_plans as (
    select
        plan_sights.file_id,
        outcome_sights.wave,
        plan_sights.seen_date as plan_seen_date,
        outcome_sights.seen_date as outcome_seen_date
    from sightings as plan_sights
    inner join outcome_sights on plan_sights.seen_date > outcome_sights.seen_date
    where plan_sights.source = 'policy'
),

plan_versions as (
    select
        submission_key,
        cast(count(*) as bigint) as version_count,
        min(first_received_date) as first_version_date
    from submissions
    where dataset = 'policy__analysis_plans'
    group by submission_key
),

final as (
    select
        plans.plan_id,
        plans.analysis_id,
        plans.registered_date,
        plans.approver,
        plans.role,
        plans.outcome,
        plans.baseline_wave,
        plans.outcome_wave,
        cast(waves.fiscal_year as integer) as fiscal_year,
        cast(baseline.fiscal_year as integer) as baseline_fiscal_year,
        plans.treated_definition,
        plans.comparison_group,
        plans.strata,
        plans.method,
        plans.alpha,
        plans.power,
        plans.smallest_worthwhile,
        plans.draws,
        plans.seed,
        plans.reason as plan_reason,
        plans.file_id as plan_hash,
        plans.sheet as plan_sheet,
        plans.row as plan_row,
        submissions.first_received_date as plan_received_date,
        plan_versions.version_count as plan_version_count,
        plan_versions.first_version_date as first_plan_received_date,
        outcomes.first_received_date as outcome_received_date,
        late_plans.plan_seen_date,
        late_plans.outcome_seen_date,
        -- By the folders' dates, of one day nobody can tell which came first: the plan then counts as late. A folder
        -- can be dated back, the day of first sight cannot.
        coalesce(submissions.first_received_date >= outcomes.first_received_date, false)
        or late_plans.plan_seen_date is not null as is_post_hoc
    from plans
    inner join submissions
        on plans.file_id = submissions.file_id and plans.plan_id = submissions.submission_key
        and submissions.dataset = 'policy__analysis_plans'
    inner join plan_versions on plans.plan_id = plan_versions.submission_key
    inner join waves on plans.outcome_wave = waves.wave
    inner join waves as baseline on plans.baseline_wave = baseline.wave
    left join outcomes on plans.outcome_wave = outcomes.wave
    left join late_plans on plans.file_id = late_plans.file_id and plans.outcome_wave = late_plans.wave
)

select * from final
