-- What is known of every municipality in every analysis: group, stratum, scores before and after, dose, exposure.
with plans as (
    select * from {{ ref('int_effect__plans') }}
),

answers as (
    select * from {{ ref('int_effect__answers') }}
),

municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

applications as (
    select * from {{ ref('stg_register__applications') }}
),

utilisation as (
    select * from {{ ref('mart_dispatch_utilisation') }}
),

stages as (
    select * from {{ ref('mart_stage') }}
),

participation as (
    select * from {{ ref('mart_wg_participation') }}
),

messages as (
    select * from {{ ref('int_chat__messages') }}
),

scores as (
    select
        plan_id,
        analysis_id,
        municipality_code,
        avg(case when moment = 'baseline' then cast(score as double) end) as baseline_score,
        avg(case when moment = 'outcome' then cast(score as double) end) as outcome_score
    from answers
    group by plan_id, analysis_id, municipality_code
),

applied as (
    select
        fiscal_year,
        municipality_code,
        bool_or(is_selected and cancelled_date is null) as is_selected,
        bool_or(has_prior_support) as has_prior_support
    from applications
    group by fiscal_year, municipality_code
),

sizes as (
    select
        municipality_code,
        name,
        sort_order,
        population,
        case
            when row_number() over (order by population asc nulls last, municipality_code asc) * 2 <= count(*) over ()
                then 'small'
            else 'large'
        end as population_half
    from municipalities
    where population is not null
),

grouped as (
    select
        plans.plan_id,
        plans.analysis_id,
        plans.fiscal_year,
        plans.baseline_fiscal_year,
        plans.outcome_wave,
        plans.outcome,
        plans.comparison_group,
        plans.strata,
        municipalities.municipality_code,
        municipalities.name as municipality_name,
        municipalities.sort_order,
        municipalities.population,
        case
            when plans.strata = 'none' then 'all' when plans.strata = 'population_half' then sizes.population_half
        end as stratum,
        case
            when plans.treated_definition = 'selected' then coalesce(applied.is_selected, false)
            else coalesce(utilisation.delivered_visit_count > 0, false)
        end as is_treated,
        applied.municipality_code is not null as has_applied,
        coalesce(applied.has_prior_support, false) as has_prior_support,
        coalesce(utilisation.delivered_visit_count, 0) as delivered_visit_count
    from plans
    cross join municipalities
    left join sizes on municipalities.municipality_code = sizes.municipality_code
    left join applied
        on plans.fiscal_year = applied.fiscal_year and municipalities.municipality_code = applied.municipality_code
    left join utilisation
        on plans.fiscal_year = utilisation.fiscal_year
        and municipalities.municipality_code = utilisation.municipality_code
),

-- Spillover: working groups shared with a treated municipality, and answers in the chat from one.
shared_groups as (
    select
        grouped.plan_id,
        grouped.analysis_id,
        grouped.municipality_code,
        cast(count(distinct own.wg_id) as bigint) as shared_wg_count
    from grouped
    inner join participation as own
        on grouped.fiscal_year = own.fiscal_year and grouped.municipality_code = own.municipality_code
    inner join participation as theirs on own.fiscal_year = theirs.fiscal_year and own.wg_id = theirs.wg_id
    inner join grouped as treated
        on grouped.plan_id = treated.plan_id and grouped.analysis_id = treated.analysis_id
        and theirs.municipality_code = treated.municipality_code
    where treated.is_treated and treated.municipality_code <> grouped.municipality_code
    group by grouped.plan_id, grouped.analysis_id, grouped.municipality_code
),

replies as (
    select
        grouped.plan_id,
        grouped.analysis_id,
        grouped.municipality_code,
        cast(count(*) as bigint) as treated_reply_count
    from grouped
    inner join messages
        on grouped.fiscal_year = messages.fiscal_year
        and grouped.municipality_code = messages.thread_municipality_code
    inner join grouped as treated
        on grouped.plan_id = treated.plan_id and grouped.analysis_id = treated.analysis_id
        and messages.municipality_code = treated.municipality_code
    where messages.is_reply and treated.is_treated and treated.municipality_code <> grouped.municipality_code
    group by grouped.plan_id, grouped.analysis_id, grouped.municipality_code
),

joined as (
    select
        grouped.plan_id,
        grouped.analysis_id,
        grouped.municipality_code,
        grouped.municipality_name,
        grouped.sort_order,
        grouped.is_treated,
        grouped.outcome,
        grouped.is_treated or grouped.comparison_group = 'all_others' or grouped.has_applied as is_in_a_group,
        grouped.stratum,
        grouped.population,
        grouped.has_prior_support,
        grouped.delivered_visit_count,
        coalesce(shared_groups.shared_wg_count, 0) as shared_wg_count,
        coalesce(replies.treated_reply_count, 0) as treated_reply_count,
        scores.baseline_score,
        scores.outcome_score,
        case when stage_before.stage is not null then stage_before.stage <> 'below' end as baseline_reached,
        case
            when stage_after.stage is not null and stage_after.wave = grouped.outcome_wave then stage_after.stage <> 'below'
        end as outcome_reached
    from grouped
    left join scores
        on grouped.plan_id = scores.plan_id and grouped.analysis_id = scores.analysis_id
        and grouped.municipality_code = scores.municipality_code
    left join shared_groups
        on grouped.plan_id = shared_groups.plan_id and grouped.analysis_id = shared_groups.analysis_id
        and grouped.municipality_code = shared_groups.municipality_code
    left join replies
        on grouped.plan_id = replies.plan_id and grouped.analysis_id = replies.analysis_id
        and grouped.municipality_code = replies.municipality_code
    left join stages as stage_before
        on grouped.baseline_fiscal_year = stage_before.fiscal_year and grouped.municipality_code = stage_before.municipality_code
    left join stages as stage_after
        on grouped.fiscal_year = stage_after.fiscal_year and grouped.municipality_code = stage_after.municipality_code
),

-- Who was at 協働 already cannot reach it any more; where the stage before is unknown nobody can tell.
final as (
    select
        *,
        is_in_a_group and (outcome = 'common_score' or coalesce(not baseline_reached, false)) as is_compared,
        is_in_a_group and case
            when outcome = 'common_score' then baseline_score is not null and outcome_score is not null
            else coalesce(not baseline_reached, false) and outcome_reached is not null
        end as is_complete
    from joined
)

select * from final
