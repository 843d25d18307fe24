with stages as (
    select * from {{ ref('mart_stage') }}
),

assessed as (
    select * from stages
    where stage is not null
),

published as (
    select
        stages.*,
        sources.file_id,
        sources.sheet,
        sources.row
    from stages
    inner join {{ ref('stg_register__published_stages') }} as sources
        on stages.municipality_code = sources.municipality_code
        and stages.published_fiscal_year = sources.fiscal_year
),

scores as (
    select * from {{ ref('int_stage__scores') }}
),

events as (
    select distinct
        events.fiscal_year,
        events.municipality_code,
        events.file_id,
        events.sheet,
        events.row
    from {{ ref('int_stage__events') }} as events
    inner join assessed
        on events.fiscal_year = assessed.fiscal_year and events.municipality_code = assessed.municipality_code
),

ranked as (
    select
        *,
        case stage when 'co_creation' then 2 when 'collaboration' then 1 else 0 end as stage_rank
    from assessed
),

moves as (
    select
        ranked.fiscal_year,
        ranked.municipality_code,
        ranked.stage_rank,
        previous.stage_rank as previous_rank,
        row_number() over (
            partition by ranked.fiscal_year, ranked.municipality_code order by previous.fiscal_year desc
        ) as recency
    from ranked
    inner join ranked as previous
        on ranked.municipality_code = previous.municipality_code and ranked.fiscal_year > previous.fiscal_year
    where ranked.is_comparable and previous.is_comparable
),

values_by_municipality as (
    {{ kpi_row('K101', none, 'stage', "case when stage in ('collaboration', 'co_creation') then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K103', none, 'score', "case when claimed_stage in ('collaboration', 'co_creation') then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K104', none, 'stage', "case when stage = 'co_creation' then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K106', none, 'score', "case when claimed_stage = 'co_creation' then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K107', none, 'stage', "case when is_to_confirm then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K108', none, 'score', 'judge_score', '1') }}
    from assessed
    where judge_score is not null
    union all
    {{ kpi_row('K109', none, 'score', 'use_support_score', '1') }}
    from assessed
    where use_support_score is not null
    union all
    {{ kpi_row('K110', none, 'score', 'solve_score', '1') }}
    from assessed
    where solve_score is not null
    union all
    {{ kpi_row('K111', none, 'score', 'lead_score', '1') }}
    from assessed
    where lead_score is not null
    union all
    {{ kpi_row('K112', none, 'stage', "case when stage_rank > previous_rank then 1 else 0 end", '1') }}
    from moves
    where recency = 1
),

published_values as (
    {{ kpi_row('K102', 'published', 'stage', "case when published_stage in ('collaboration', 'co_creation') then 1 else 0 end", '1') }}
    from published
    union all
    {{ kpi_row('K105', 'published', 'stage', "case when published_stage = 'co_creation' then 1 else 0 end", '1') }}
    from published
    union all
    {{ kpi_row('K107', 'published', 'stage', role='criterion') }}
    from published
    where stage is not null
),

criteria as (
    {% for kpi_id in ['K101', 'K103', 'K104', 'K106', 'K107', 'K112'] -%}
    {{ kpi_row(kpi_id, 'scores', 'score', role='criterion') }}
    from scores
    union all
    {% endfor -%}
    {% for kpi_id in ['K101', 'K104', 'K107', 'K112'] -%}
    {{ kpi_row(kpi_id, 'events', 'event', role='criterion') }}
    from events
    union all
    {% endfor -%}
    {% for kpi_id, capability in [('K108', 'judge'), ('K109', 'use_support'), ('K110', 'solve'), ('K111', 'lead')] -%}
    {{ kpi_row(kpi_id, 'scores', 'score', role='numerator') }}
    from scores
    where capability = '{{ capability }}'
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

final as (
    select * from values_by_municipality
    union all
    select * from published_values
    union all
    select * from criteria
)

select * from final
