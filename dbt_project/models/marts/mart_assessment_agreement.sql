-- How far two scorers of one kind, who scored the same sheet blind, agree beyond chance: weighted kappa (Cohen 1968).
with double_scorings as (
    select * from {{ ref('int_assessment__double_scorings') }}
),

items as (
    select * from {{ ref('stg_policy__assessment_items') }}
),

pairs as (
    select
        double_scorings.wave,
        double_scorings.municipality_code,
        coalesce(items.capability, double_scorings.capability) as capability,
        double_scorings.first_score,
        double_scorings.second_score
    from double_scorings
    left join items on double_scorings.wave = items.wave and double_scorings.item_no = items.item_no
),

grouped as (
    select
        wave,
        'all' as item_group,
        municipality_code,
        first_score,
        second_score
    from pairs
    union all
    select
        wave,
        capability as item_group,
        municipality_code,
        first_score,
        second_score
    from pairs
    where capability is not null
),

observed as (
    select
        wave,
        item_group,
        count(*) as pair_count,
        count(distinct municipality_code) as municipality_count,
        count(*) filter (where first_score = second_score) as equal_count,
        sum(abs(first_score - second_score)) as step_sum,
        sum((first_score - second_score) * (first_score - second_score)) as squared_step_sum
    from grouped
    group by wave, item_group
),

first_scores as (
    select
        wave,
        item_group,
        first_score as score,
        count(*) as score_count
    from grouped
    group by wave, item_group, first_score
),

second_scores as (
    select
        wave,
        item_group,
        second_score as score,
        count(*) as score_count
    from grouped
    group by wave, item_group, second_score
),

-- What two scorers would differ by if each gave the same scores in a random order, times the number of pairs.
by_chance as (
    select
        first_ones.wave,
        first_ones.item_group,
        sum(first_ones.score_count * second_ones.score_count * abs(first_ones.score - second_ones.score)) as step_sum,
        sum(
            first_ones.score_count * second_ones.score_count
            * (first_ones.score - second_ones.score) * (first_ones.score - second_ones.score)
        )
            as squared_step_sum
    from first_scores as first_ones
    inner join second_scores as second_ones on first_ones.wave = second_ones.wave and first_ones.item_group = second_ones.item_group
    group by first_ones.wave, first_ones.item_group
),

item_groups as (
    select
        'all' as item_group,
        0 as sort_order
    union all
    select
        capability as item_group,
        sort_order
    from {{ ref('capabilities') }}
),

final as (
    select
        cast(waves.fiscal_year as integer) as fiscal_year,
        waves.wave,
        item_groups.item_group,
        cast(item_groups.sort_order as integer) as sort_order,
        cast(coalesce(observed.municipality_count, 0) as bigint) as municipality_count,
        cast(coalesce(observed.pair_count, 0) as bigint) as pair_count,
        cast(coalesce(observed.equal_count, 0) as bigint) as equal_count,
        {{ ratio('observed.equal_count', 'observed.pair_count', 100) }} as equal_pct,
        {{ ratio('(by_chance.squared_step_sum - observed.pair_count * observed.squared_step_sum)', 'by_chance.squared_step_sum') }}
            as quadratic_kappa,
        {{ ratio('(by_chance.step_sum - observed.pair_count * observed.step_sum)', 'by_chance.step_sum') }} as linear_kappa,
        case
            when observed.pair_count is null then '2人が別々に採点した設問がない'
            when by_chance.step_sum = 0 then '2人の採点がすべて同じ1つの点で、一致の程度を測れない'
        end as no_kappa_reason
    from {{ ref('assessment_waves') }} as waves
    cross join {{ source('control', 'run') }} as run
    cross join item_groups
    left join observed on waves.wave = observed.wave and item_groups.item_group = observed.item_group
    left join by_chance on waves.wave = by_chance.wave and item_groups.item_group = by_chance.item_group
    where waves.fiscal_year <= run.fiscal_year
)

select * from final
