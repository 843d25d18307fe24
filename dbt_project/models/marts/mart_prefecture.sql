-- The municipalities of a programme of several prefectures, rolled up: nobody reads 1,741 rows on paper.
with municipalities as (
    select * from {{ ref('dim_municipality') }}
),

stages as (
    select * from {{ ref('mart_stage') }}
),

dispatch as (
    select * from {{ ref('mart_dispatch_utilisation') }}
),

final as (
    select
        stages.fiscal_year,
        municipalities.prefecture_name,
        count(*) as municipality_count,
        count(stages.stage) as assessed_count,
        count(*) filter (where stages.stage = 'co_creation') as co_creation_count,
        count(*) filter (where stages.stage = 'collaboration') as collaboration_count,
        count(*) filter (where stages.stage = 'below') as below_count,
        count(*) filter (where stages.is_to_confirm) as to_confirm_count,
        count(*) filter (where stages.has_judge) as judge_count,
        count(*) filter (where stages.has_use_support) as use_support_count,
        count(*) filter (where stages.has_solve) as solve_count,
        count(*) filter (where stages.has_lead) as lead_count,
        count(dispatch.municipality_code) as dispatched_count,
        cast(coalesce(sum(dispatch.due_visit_count), 0) as bigint) as due_visit_count,
        cast(coalesce(sum(dispatch.delivered_visit_count), 0) as bigint) as delivered_visit_count,
        {{ ratio('sum(dispatch.delivered_visit_count)', 'sum(dispatch.due_visit_count)', 100) }} as utilisation_pct,
        min(municipalities.sort_order) as sort_order
    from stages
    inner join municipalities on stages.municipality_code = municipalities.municipality_code
    left join dispatch
        on stages.fiscal_year = dispatch.fiscal_year and stages.municipality_code = dispatch.municipality_code
    group by stages.fiscal_year, municipalities.prefecture_name
)

select * from final
